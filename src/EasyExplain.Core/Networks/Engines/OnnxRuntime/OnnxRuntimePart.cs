using System.Runtime.InteropServices;
using EasyExplain.Runtime;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Engines.OnnxRuntime;

/// <summary>Some of a network's operations, compiled by ONNX Runtime: from the outputs of some nodes to those of others.</summary>
/// <remarks>
/// It has copies of the weights, in the layout that suits the machine. Tensors go in and out without a copy. Several threads may run it.
/// </remarks>
internal sealed class OnnxRuntimePart : IPart
{
    private readonly InferenceSession _session;
    private readonly string[] _inputs;
    private readonly string[] _outputs;
    private readonly long[][] _outputShapes;

    private OnnxRuntimePart(InferenceSession session, string[] inputs, string[] outputs, long[][] outputShapes) =>
        (_session, _inputs, _outputs, _outputShapes) = (session, inputs, outputs, outputShapes);

    /// <summary>Compiles what leads from <paramref name="given"/> to <paramref name="wanted"/>.</summary>
    /// <param name="nodes">The nodes to run, in their order.</param>
    /// <param name="given">Nodes whose outputs are given.</param>
    /// <param name="wanted">Nodes whose outputs are results.</param>
    /// <param name="shapes">Output shapes without the batch dimension, of all of them.</param>
    /// <param name="into">What writes the nodes into a model, where they are not written as they stand.</param>
    /// <returns>Null if ONNX has no form of one of the operations here.</returns>
    /// <exception cref="EngineException">ONNX Runtime does not take it.</exception>
    public static OnnxRuntimePart? Compile(
        IReadOnlyList<Node> nodes, IReadOnlyList<Node> given, IReadOnlyList<Node> wanted, IReadOnlyDictionary<Node, long[]> shapes,
        Func<OnnxGraph, NodeWriter>? into = null)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        using IDisposable untracked = no_grad();
        var graph = new OnnxGraph();
        NodeWriter add = into?.Invoke(graph) ?? graph.TryAdd;
        string[] inputs = [.. given.Select(node => graph.Input(shapes[node]))];
        var values = given.Zip(inputs).ToDictionary(pair => pair.First, pair => pair.Second);
        foreach (Node node in nodes.Where(node => !values.ContainsKey(node)))
        {
            if (!add(node, values, shapes[node]))
            {
                return null;
            }
        }
        string[] outputs = [.. wanted.Select(node => graph.Output(values[node]))];
        return new OnnxRuntimePart(Session(graph), inputs, outputs, [.. wanted.Select(node => shapes[node])]);
    }

    /// <inheritdoc/>
    public int InBytes { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<Tensor> Run(IReadOnlyList<Tensor> given, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        Tensor[] results = [.. _outputShapes.Select(shape => empty([given[0].shape[0], .. shape]))];
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Tensor[] sources = [.. given.Select(tensor => tensor.detach().contiguous())];
        OrtValue[] from = [.. sources.Select(Wrap)], to = [.. results.Select(Wrap)];
        try
        {
            using var run = new RunOptions();
            using CancellationTokenRegistration stop = cancel.Register(() => run.Terminate = true);
            _session.Run(run, _inputs, from, _outputs, to);
        }
        catch (OnnxRuntimeException e)
        {
            throw cancel.IsCancellationRequested ? new OperationCanceledException(cancel) : new EngineException(e);
        }
        finally
        {
            foreach (OrtValue value in from.Concat(to))
            {
                value.Dispose();
            }
        }
        return results;
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private static InferenceSession Session(OnnxGraph graph)
    {
        using SessionOptions options = Options();
        try
        {
            return new InferenceSession(graph.ToBytes(), options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new EngineException(e);
        }
    }

    private static SessionOptions Options()
    {
        Telemetry.SwitchOff();
        var options = new SessionOptions
        {
            IntraOpNumThreads = get_num_threads(),
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR
        };
        // Its threads would spin while libtorch's compute, and the other way round.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        // It takes zeros before a maximum for the maximum's own padding, which never wins: BiT's logits were off by a hundredth.
        options.AddSessionConfigEntry("optimization.disable_specified_optimizers", "Pad_Fusion");
        if (!ByteProducts.AreFast)
        {
            // Such CPUs add up two products of bytes in 16 bits, which are too few. This has weights as bytes without a sign: right
            // everywhere, and twice as slow where the instructions are.
            options.AddSessionConfigEntry("session.x64quantprecision", "1");
        }
        return options;
    }

    private static unsafe OrtValue Wrap(Tensor tensor)
    {
        Span<byte> bytes = tensor.bytes;
        return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float,
            tensor.shape,
            (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes)), bytes.Length);
    }
}
