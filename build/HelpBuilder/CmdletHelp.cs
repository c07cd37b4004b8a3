namespace EasyExplain.HelpBuilder;

/// <summary>Everything Get-Help says of one cmdlet.</summary>
/// <param name="Description">Paragraphs.</param>
/// <param name="Syntax">One list of parameters for each parameter set, the default set first, in the order they are shown.</param>
/// <param name="Parameters">Every parameter once, in the order of the syntax.</param>
internal sealed record CmdletHelp(
    string Verb,
    string Noun,
    string Synopsis,
    IReadOnlyList<string> Description,
    IReadOnlyList<IReadOnlyList<ParameterHelp>> Syntax,
    IReadOnlyList<ParameterHelp> Parameters,
    IReadOnlyList<TypeHelp> Inputs,
    IReadOnlyList<TypeHelp> Outputs,
    IReadOnlyList<ExampleHelp> Examples,
    IReadOnlyList<LinkHelp> Links)
{
    public string Name => $"{Verb}-{Noun}";
}

/// <summary>A parameter as one parameter set has it.</summary>
/// <param name="TypeName">The type's short name; null for a switch, which takes no value.</param>
/// <param name="Values">The only values it takes, or none when there is no such list.</param>
/// <param name="Position">Its place among the arguments without a name, or null.</param>
internal sealed record ParameterHelp(
    string Name,
    string? TypeName,
    IReadOnlyList<string> Description,
    string Default,
    IReadOnlyList<string> Aliases,
    IReadOnlyList<string> Values,
    bool Wildcards,
    bool Mandatory,
    int? Position,
    bool FromPipeline,
    bool FromProperty);

/// <summary>A type that goes in or comes out.</summary>
internal sealed record TypeHelp(string Name, string Description);

/// <summary>An example: what it shows, what is typed, what happens.</summary>
internal sealed record ExampleHelp(string Title, string Code, IReadOnlyList<string> Remarks);

/// <summary>Where to read on: another command's name, or a page.</summary>
internal sealed record LinkHelp(string Text, string Uri);
