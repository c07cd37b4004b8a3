using System.Management.Automation;

namespace EasyExplain.HelpFixture;

/// <summary>A fruit with a skin.</summary>
public sealed class Fruit;

/// <summary>How ripe a fruit is.</summary>
public enum Ripeness
{
    /// <summary>Not yet.</summary>
    Green,

    /// <summary>Now.</summary>
    Ripe,
}

/// <summary>What the cmdlets share.</summary>
public abstract class FruitCmdlet : PSCmdlet
{
    /// <summary>The bowl it lies in.</summary>
    [Parameter]
    public string? Bowl { get; set; }
}

/// <summary>Peels a <see cref="Fruit"/>.</summary>
/// <remarks>
/// <para>Takes the skin off,
/// and nothing else. A fruit from <see cref="GetFruitCommand"/> goes to <see cref="Fruit"/>; <c>0 &lt; 1</c>.</para>
/// <para>Second paragraph:</para>
/// <list type="bullet">
/// <item><description>one</description></item>
/// <item><term>two</term><description>its meaning</description></item>
/// </list>
/// </remarks>
/// <example>
/// <title>Peel an apple</title>
/// <code>
/// Get-Fruit apple |
///     Remove-Skin -Knife small
/// </code>
/// <para>The apple comes back without its skin.</para>
/// </example>
/// <example>
/// <para>Peel what has a name.</para>
/// <code>Remove-Skin -Name 'a [1]' -WhatIf</code>
/// Nothing happens.
/// </example>
/// <seealso cref="GetFruitCommand"/>
/// <seealso href="https://example.org/peel">About peeling</seealso>
[Cmdlet(VerbsCommon.Remove, "Skin", DefaultParameterSetName = "Name", SupportsShouldProcess = true)]
[OutputType(typeof(Fruit))]
public sealed class RemoveSkinCommand : FruitCmdlet
{
    /// <summary>The fruit, as <see cref="GetFruitCommand"/> gives it; not with <see cref="Name"/>.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Object")]
    public Fruit[] InputObject { get; set; } = [];

    /// <summary>Names of fruits.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Name", ValueFromPipelineByPropertyName = true)]
    [Alias("FruitName", "N")]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>Which knife.</summary>
    /// <value>large</value>
    [Parameter]
    [ValidateSet("small", "large")]
    public string Knife { get; set; } = "large";

    /// <summary>How ripe it must be.</summary>
    [Parameter(Position = 1)]
    public Ripeness? Ripeness { get; set; }

    /// <summary>Keeps the skin.</summary>
    [Parameter]
    public SwitchParameter Keep { get; set; }
}

/// <summary>Gets a fruit.</summary>
/// <remarks>From the bowl.</remarks>
[Cmdlet(VerbsCommon.Get, "Fruit")]
public sealed class GetFruitCommand : FruitCmdlet;
