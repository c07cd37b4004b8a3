using EasyExplain.Runtime;
using Mono.Cecil;
using Mono.Cecil.Cil;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Runtime;

/// <summary>
/// No number is taken away from libtorch in the middle of a call. That a garbage collection does it is a matter of microseconds, so the
/// compiled engine is read instead of run.
/// </summary>
public sealed class HeldNumbersTests
{
    // It is given tensors alone.
    private const string Harmless = "TorchSharp.torch/jit/CompilationUnit::invoke";

    private readonly HashSet<string> _forgetful = Forgetful();

    [Fact]
    public void TheEngineCallsNothingOfTorchSharps_ThatForgetsANumber()
    {
        Assert.Contains(_forgetful, name =>
            name.Contains("torch/Tensor::op_Addition(TorchSharp.torch/Tensor,TorchSharp.torch/Tensor)", StringComparison.Ordinal));
        using var engine = ModuleDefinition.ReadModule(typeof(HeldNumbers).Assembly.Location);

        Assert.Empty(
            from method in Methods(engine)
            from called in Called(method)
            where _forgetful.Contains(called.FullName) && !called.FullName.Contains(Harmless, StringComparison.Ordinal)
            select $"{method.FullName} calls {called.FullName}");
    }

    [Fact]
    public void WhoeverMakesANumber_HoldsIt()
    {
        using var engine = ModuleDefinition.ReadModule(typeof(HeldNumbers).Assembly.Location);

        // Held by a static field; or by a variable, also one that a lambda sees, which is disposed of at the end.
        Assert.Empty(
            from method in Methods(engine)
            where !method.IsConstructor
            from made in method.Body.Instructions.Where(instruction => instruction.Operand is MethodReference called && MakesScalar(called))
            where AfterBranches(made.Next).OpCode.Name is not ['s', 't', 'l' or 'f', ..]
                || !Called(method).Any(called => called.Name == "Dispose" && called.DeclaringType.Name is "Scalar" or "IDisposable")
            select method.FullName);

        static Instruction AfterBranches(Instruction next) =>
            next.OpCode.FlowControl == FlowControl.Branch ? AfterBranches((Instruction)next.Operand) : next;
    }

    [Fact]
    public void TheArithmetic_IsTorchSharps()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = tensor([-3f, 0.5f, 4f]), b = tensor([1f, 2f, -1f]);

        Assert.Equal((a + b).data<float>().ToArray(), a.Plus(b).data<float>().ToArray());
        Assert.Equal((a + 2.5).data<float>().ToArray(), a.Plus(2.5).data<float>().ToArray());
        Assert.Equal((a * 2.5).data<float>().ToArray(), a.Times(2.5).data<float>().ToArray());
        Assert.Equal((a / 3.0).data<float>().ToArray(), a.Over(3).data<float>().ToArray());
        Assert.Equal((2.5 - a).data<float>().ToArray(), a.From(2.5).data<float>().ToArray());
        Assert.Equal(a.pow(3).data<float>().ToArray(), a.ToPower(3).data<float>().ToArray());
        Assert.Equal([-1f, 0.5f, 1f], a.Within(-1, 1).data<float>().ToArray());
        Assert.Equal([-3f, 0.5f, 1f], a.Within(null, 1).data<float>().ToArray());
        Assert.Equal([-3f, 7f, 7f], a.Filled(a.gt(0), 7).data<float>().ToArray());
        Assert.Equal([2L, 2L], HeldNumbers.FullOf(2, [2], ScalarType.Int64).data<long>().ToArray());
        Assert.Equal([0L, 1L, 2L], HeldNumbers.Counting(3).data<long>().ToArray());
        Assert.Equal([1f, 1.5f], HeldNumbers.Counting(1, 2, 0.5, ScalarType.Float32).data<float>().ToArray());
        Assert.Equal([4f, 2.5f, 3f], a.abs().PlusInPlace(tensor([1f, 2f, -1f])).data<float>().ToArray());
    }

    /// <summary>What makes a number and does not dispose of it, or calls what does.</summary>
    private static HashSet<string> Forgetful()
    {
        using var torchSharp = ModuleDefinition.ReadModule(typeof(torch).Assembly.Location);
        MethodDefinition[] methods = [.. Methods(torchSharp).Where(method => !MakesScalar(method))];
        var found = methods.Where(method => Called(method).Any(MakesScalar)).Select(method => method.FullName).ToHashSet();
        for (int before = -1; before != found.Count;)
        {
            before = found.Count;
            found.UnionWith(methods.Where(method => Called(method).Any(called => found.Contains(called.FullName)))
                .Select(method => method.FullName).ToArray());
        }
        return found;
    }

    private static bool MakesScalar(MethodReference method) =>
        (method.DeclaringType.Name == "Scalar" && method.Name == "op_Implicit") || method.Name == "ToScalar";

    private static IEnumerable<MethodDefinition> Methods(ModuleDefinition module) =>
        module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody);

    private static IEnumerable<MethodReference> Called(MethodDefinition method) =>
        method.Body.Instructions.Select(instruction => instruction.Operand).OfType<MethodReference>();
}
