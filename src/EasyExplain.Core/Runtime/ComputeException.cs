using System.Runtime.InteropServices;

namespace EasyExplain.Runtime;

/// <summary>Why a network could not be run on an image.</summary>
public enum ComputeFault
{
    /// <summary>There was not enough memory.</summary>
    OutOfMemory,

    /// <summary>libtorch or ONNX Runtime reported an error of its own.</summary>
    EngineFailed,

    /// <summary>The score's gradients are infinite or no numbers, so that a map of them would say nothing.</summary>
    GradientsNotFinite,

    /// <summary>A method's map is infinite or holds no numbers.</summary>
    MapNotFinite,
}

/// <summary>A network could not be run on one image; the next one may be fine.</summary>
/// <param name="fault">What kind of fault it is.</param>
/// <param name="message">The sentence for the user.</param>
/// <param name="cause">What the engine threw; null where no engine did.</param>
public sealed class ComputeException(ComputeFault fault, string message, Exception? cause = null) : Exception(message, cause)
{
    // As C++'s bad_alloc, libtorch's allocators for the CPU and for a GPU, and ONNX Runtime's put it.
    private static readonly string[] SaidOfMemory =
        ["bad_alloc", "bad allocation", "can't allocate", "failed to allocate", "out of memory", "not enough memory"];

    // A user's own module, and TorchSharp itself, may hand libtorch a number that nobody holds (see HeldNumbers). The garbage collector,
    // when another thread sets it off, may take one away in the middle of a call. Nothing is wrong with the picture then: again it is
    // right.
    private const string LostNumber = "Scalar.h"; // where libtorch then finds nothing that it knows
    private const int MostTries = 8;

    /// <summary>What kind of fault it is.</summary>
    public ComputeFault Fault { get; } = fault;

    /// <summary>Runs <paramref name="work"/>; errors of the engines' native code come as this exception.</summary>
    /// <param name="work">What runs them; again where a number was lost on the way.</param>
    /// <exception cref="ComputeException">Memory ran out, or an engine failed.</exception>
    internal static T Wrap<T>(Func<T> work)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                return Once(work);
            }
            catch (ComputeException e) when (tries < MostTries
                && e.InnerException?.Message.Contains(LostNumber, StringComparison.Ordinal) == true)
            {
                // What it had made is freed with the scope that it is in.
            }
        }
    }

    private static T Once<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is OutOfMemoryException or ExternalException)
        {
            string said = e.Message.Split('\n')[0].TrimEnd('.');
            throw e is OutOfMemoryException || SaidOfMemory.Any(word => said.Contains(word, StringComparison.OrdinalIgnoreCase))
                ? new ComputeException(ComputeFault.OutOfMemory, $"There was not enough memory to run the network on it: {said}.", e)
                : new ComputeException(ComputeFault.EngineFailed, $"The network could not be run on it: {said}.", e);
        }
    }
}
