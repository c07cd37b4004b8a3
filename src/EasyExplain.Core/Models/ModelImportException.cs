using EasyExplain.Runtime;

namespace EasyExplain.Models;

/// <summary>Why a model could not be imported.</summary>
public enum ModelFault
{
    /// <summary>No architecture of that name.</summary>
    UnknownArchitecture,

    /// <summary>No published weights of that name.</summary>
    UnknownWeights,

    /// <summary>An architecture alone was given, which leaves open which weights.</summary>
    WeightsMissing,

    /// <summary>A folder was named in place of a file.</summary>
    PathIsFolder,

    /// <summary>A name on the Hugging Face Hub is not in its cache on this machine, or not in that revision.</summary>
    FolderNotFound,

    /// <summary>A folder's file names one outside of it, or is a link to one.</summary>
    LeavesFolder,

    /// <summary>No architecture, or more than one, has the tensors that the file holds.</summary>
    ArchitectureNotRecognized,

    /// <summary>The file's tensors are not those of the architecture.</summary>
    WeightsDoNotFit,

    /// <summary>The file holds a whole model, which needs operators that are not known here.</summary>
    UnsupportedOperator,

    /// <summary>A whole model has no output of that name or number.</summary>
    UnknownOutput,

    /// <summary>A whole model has several outputs that could be scores of classes, and nothing says which to explain.</summary>
    SeveralOutputs,

    /// <summary>The output of a whole model that was asked for is not one of classes.</summary>
    InvalidOutput,

    /// <summary>A whole model does something that cannot be explained here, or not what its file says.</summary>
    NoClassifier,

    /// <summary>An option (labels, input size and other preprocessing) does not fit the model.</summary>
    InvalidOption,
}

/// <summary>A model could not be imported; the message names the value, the file and what would have been right.</summary>
/// <param name="fault">What kind of fault it is.</param>
/// <param name="message">The whole story.</param>
public sealed class ModelImportException(ModelFault fault, string message) : UserFaultException(message)
{
    /// <summary>What kind of fault it is.</summary>
    public ModelFault Fault { get; } = fault;
}
