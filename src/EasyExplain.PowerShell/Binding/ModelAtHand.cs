using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using EasyExplain.Models;

namespace EasyExplain.PowerShell.Binding;

/// <summary>The model that a command line is about, while it is still being typed.</summary>
internal static class ModelAtHand
{
    /// <summary>The model given by -Model, or held by the variable that is piped into the command; null where none is known yet.</summary>
    public static CamModel? Of(CommandAst command, IDictionary boundParameters) =>
        First(boundParameters["Model"]) ?? First(PipedIn(command));

    private static object? PipedIn(CommandAst command)
    {
        if (command.Parent is not PipelineAst { PipelineElements: [CommandExpressionAst { Expression: var source }, ..] elements }
            || elements.Count < 2 || elements[1] != command || !IsOnlyRead(source))
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
        .All(part => part is VariableExpressionAst or ConstantExpressionAst or IndexExpressionAst or MemberExpressionAst and not InvokeMemberExpressionAst);

    private static CamModel? First(object? value) => value switch
    {
        PSObject wrapped => First(wrapped.BaseObject),
        CamModel model => model,
        object[] { Length: > 0 } several => First(several[0]),
        _ => null,
    };
}
