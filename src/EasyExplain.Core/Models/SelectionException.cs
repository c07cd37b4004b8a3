using EasyExplain.Runtime;

namespace EasyExplain.Models;

/// <summary>What a user chose that cannot be had.</summary>
public enum SelectionFault
{
    /// <summary>The model has no layer of that name, or none that fits the wildcard.</summary>
    LayerNotFound,

    /// <summary>The layer's output has no height and width to make a map of.</summary>
    LayerNotSpatial,

    /// <summary>The layer belongs to another model than the one that is explained.</summary>
    LayerOfAnotherModel,

    /// <summary>There is no method of that name, or none that fits the wildcard.</summary>
    MethodNotFound,

    /// <summary>The method cannot explain these layers.</summary>
    MethodNotPossible,

    /// <summary>A window does not fit into the input, or its stride would leave gaps.</summary>
    WindowNotPossible,

    /// <summary>The model has no such class, or several.</summary>
    ClassNotFound,

    /// <summary>What was asked for is not for models of this one's task.</summary>
    NotForTask,

    /// <summary>There is no picture of this style.</summary>
    StyleNotPossible,

    /// <summary>There is no figure of that name, or none that fits the wildcard.</summary>
    MetricNotFound,

    /// <summary>What is to be measured has no probability, hence no figures.</summary>
    MetricNotPossible,

    /// <summary>There is no such shard, or nobody says which one is meant.</summary>
    ShardInvalid,

    /// <summary>A file is no list of paths.</summary>
    PathListInvalid,
}

/// <summary>A layer, method, class or style that cannot be had; the message says why, and what would be right.</summary>
/// <param name="fault">What kind of mistake it is.</param>
/// <param name="value">What was asked for, such as the name of a layer.</param>
/// <param name="message">The whole story.</param>
public sealed class SelectionException(SelectionFault fault, object? value, string message) : UserFaultException(message)
{
    /// <summary>What kind of mistake it is.</summary>
    public SelectionFault Fault { get; } = fault;

    /// <summary>What was asked for.</summary>
    public object? Value { get; } = value;
}
