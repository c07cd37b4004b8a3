namespace EasyExplain.Runtime;

/// <summary>What a user can do about an error. Commands know how it is said there, and put it into the message.</summary>
public enum Remedy
{
    /// <summary>Nothing beside what the message says.</summary>
    None,

    /// <summary>Leave out the option that <see cref="UserFaultException.About"/> names.</summary>
    LeaveOut,

    /// <summary>The same, where the message begins with the option's value.</summary>
    LeaveOutValue,

    /// <summary>Say which architecture it is.</summary>
    NameArchitecture,

    /// <summary>Look up how architectures are called.</summary>
    LookUpArchitecture,

    /// <summary>Say which of a checkpoint's dictionaries holds the weights, such as <see cref="UserFaultException.About"/>.</summary>
    NameStateDict,

    /// <summary>Give the architecture, and then weights of it, such as <see cref="UserFaultException.About"/>.</summary>
    NameArchitectureOfWeights,

    /// <summary>Give a file as a file, not as the name of published weights.</summary>
    NameFile,

    /// <summary>Say which output to explain, or what the classes of one are called.</summary>
    NameOutput,

    /// <summary>Say how large the input is.</summary>
    GiveInputSize,

    /// <summary>Say what the outputs are, if they are classes.</summary>
    SayThatOutputsAreClasses,

    /// <summary>Say what the classes are called.</summary>
    GiveLabels,

    /// <summary>Give the picture to what explains pictures, and the model as a model.</summary>
    ExplainPicture,
}

/// <summary>What a user asked for cannot be had; the message says why, and what would be right.</summary>
/// <param name="message">The whole story, in words of no command.</param>
/// <param name="inner">What lies behind it.</param>
public abstract class UserFaultException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What the user can do about it.</summary>
    public Remedy Remedy { get; init; }

    /// <summary>What the remedy is about, such as the name of an option; null where there is nothing to name.</summary>
    public string? About { get; init; }

    /// <inheritdoc/>
    public override string Message => Told ?? base.Message;

    /// <summary>The message without what a command has put into it.</summary>
    internal string Story => base.Message;

    /// <summary>The message with the remedy in the words of the command that was run; null before one has seen it.</summary>
    internal string? Told { get; set; }
}
