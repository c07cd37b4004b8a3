using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace EasyExplain.Host;

/// <summary>Questions the engine has: which of several answers (-Confirm), or a value for a mandatory parameter.</summary>
/// <param name="say">Writes a text where the user sees it.</param>
internal sealed class Prompts(Action<string> say)
{
    /// <summary>Asks until one of the answers is given, by its letter or its word; an empty line takes the default.</summary>
    /// <returns>The index of the answer.</returns>
    public int Choose(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        (string Key, string Label)[] answers = [.. choices.Select(choice => Split(choice.Label))];
        string question = string.Join("  ", answers.Select(answer => $"[{answer.Key}] {answer.Label}")) + "  [?] Help"
            + (defaultChoice >= 0 ? $" (default is \"{answers[defaultChoice].Key}\"): " : ": ");
        Introduce(caption, message);
        while (true)
        {
            string answer = Ask(question).Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
            {
                return defaultChoice;
            }
            int chosen = Array.FindIndex(answers, a =>
                answer.Equals(a.Key, StringComparison.OrdinalIgnoreCase) || answer.Equals(a.Label, StringComparison.OrdinalIgnoreCase));
            if (chosen >= 0)
            {
                return chosen;
            }
            if (answer == "?")
            {
                say(string.Concat(choices.Select((choice, i) => $"{answers[i].Key} - {choice.HelpMessage}{Environment.NewLine}")));
            }
        }
    }

    /// <summary>Asks for one value per field; the engine converts it.</summary>
    public Dictionary<string, PSObject> Fill(string caption, string message, Collection<FieldDescription> fields)
    {
        Introduce(caption, message);
        var values = new Dictionary<string, PSObject>();
        foreach (FieldDescription field in fields)
        {
            values[field.Name] = PSObject.AsPSObject(IsList(field) ? AskList(field.Name) : Ask($"{field.Name}: "));
        }
        return values;
    }

    private static bool IsList(FieldDescription field) => field.ParameterTypeName.EndsWith("[]", StringComparison.Ordinal);

    /// <summary>One value a line; an empty line ends the list.</summary>
    private string[] AskList(string name)
    {
        var values = new List<string>();
        while (Ask($"{name}[{values.Count}]: ") is { Length: > 0 } value)
        {
            values.Add(value);
        }
        return [.. values];
    }

    private void Introduce(string caption, string message)
    {
        foreach (string text in new[] { caption, message }.Where(text => !string.IsNullOrEmpty(text)))
        {
            say(text + Environment.NewLine);
        }
    }

    /// <exception cref="HostException">The input has ended: asking again would never end.</exception>
    private string Ask(string question)
    {
        say(question);
        return Console.In.ReadLine()
            ?? throw new HostException("This question has no answer because the input has ended: give the value as a parameter, or -Confirm:$false.");
    }

    /// <summary>"&amp;Yes" is answered by Y or Yes; a label that marks no letter by its whole word.</summary>
    private static (string Key, string Label) Split(string label)
    {
        int mark = label.IndexOf('&');
        return mark >= 0 && mark + 1 < label.Length
            ? (char.ToUpperInvariant(label[mark + 1]).ToString(), label.Remove(mark, 1))
            : (label, label);
    }
}
