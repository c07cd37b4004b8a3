using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace EasyExplain.Host;

/// <summary>Turns the words behind a script's name into its arguments.</summary>
internal static class ScriptArguments
{
    /// <summary>
    /// Adds one word: <c>-Name</c> (a switch, or the name of the word that follows), <c>-Name:value</c>, or a plain value.
    /// </summary>
    /// <remarks>
    /// The engine knows which parameters are switches; a parameter whose name keeps its dash and that has no value is for it the
    /// same as that word on a command line.
    /// </remarks>
    public static void Add(PowerShell shell, string word)
    {
        CommandParameterCollection parameters = shell.Commands.Commands[^1].Parameters;
        int colon = word.IndexOf(':');
        if (word.Length < 2 || word[0] != '-' || !(char.IsLetter(word[1]) || word[1] is '_' or '?'))
        {
            parameters.Add(null, word);
        }
        else if (colon < 0)
        {
            parameters.Add(new CommandParameter(word));
        }
        else
        {
            parameters.Add(new CommandParameter(word[..(colon + 1)], Value(word[(colon + 1)..])));
        }
    }

    /// <summary>Only here can a switch be told to be off, so these two words mean what they mean in the language.</summary>
    private static object Value(string text) => text.ToLowerInvariant() switch
    {
        "$true" => true,
        "$false" => false,
        _ => text,
    };
}
