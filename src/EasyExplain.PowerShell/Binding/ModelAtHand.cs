using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using EasyExplain.Explanation;
using EasyExplain.Models;

namespace EasyExplain.PowerShell.Binding;

/// <summary>The model that a command line is about, while it is still being typed.</summary>
internal static class ModelAtHand
{
    /// <summary>
    /// The model given by -Model, or what the pipeline before the command brings: a variable with a model or layers, or Get-CamLayer of
    /// one; null where none is known yet.
    /// </summary>
    public static CamModel? Of(CommandAst command, IDictionary boundParameters) =>
        First(boundParameters["Model"]) ?? Before(command).Select(source => First(Read(source))).FirstOrDefault(model => model is not null);

    /// <summary>What may hold a model before the command: what is piped in at the start, and arguments of Get-CamLayer.</summary>
    private static IEnumerable<ExpressionAst> Before(CommandAst command) => (command.Parent as PipelineAst)?.PipelineElements
        .TakeWhile(element => element != command)
        .SelectMany(element => element switch
        {
            CommandExpressionAst start => [start.Expression],
            CommandAst layers when "Get-CamLayer".Equals(layers.GetCommandName(), StringComparison.OrdinalIgnoreCase) =>
                layers.CommandElements.OfType<ExpressionAst>()
                    .Concat(layers.CommandElements.OfType<CommandParameterAst>().Select(named => named.Argument).OfType<ExpressionAst>())
                    .Where(argument => argument is not ConstantExpressionAst), // a bare word by itself would be a command
            _ => [],
        }) ?? [];

    private static object? Read(ExpressionAst source)
    {
        if (!IsOnlyRead(source))
        {
            return null;
        }
        try
        {
            return ScriptBlock.Create(source.Extent.Text).InvokeReturnAsIs();
        }
        catch (RuntimeException)
        {
            return null; // such as a variable that does not exist, under Set-StrictMode
        }
    }

    /// <summary>Tab must run nothing: only what reads variables, their properties and elements is looked at.</summary>
    private static bool IsOnlyRead(ExpressionAst source) => source
        .FindAll(_ => true, searchNestedScriptBlocks: true)
        .All(part => part is VariableExpressionAst or ConstantExpressionAst or IndexExpressionAst or MemberExpressionAst
        and not InvokeMemberExpressionAst);

    private static CamModel? First(object? value) => value switch
    {
        PSObject wrapped => First(wrapped.BaseObject),
        ICamSource source => source.Source,
        ICamResult result => result.Model,
        object[] { Length: > 0 } several => First(several[0]),
        _ => null,
    };
}
