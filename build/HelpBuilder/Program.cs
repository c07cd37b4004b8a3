using System.Reflection;
using EasyExplain.HelpBuilder;

if (args is not [var assembly, var documentation, var references, var output])
{
    Console.Error.WriteLine(
        "HelpBuilder <assembly> <its documentation file> <file that lists its references> <help file (.xml) or folder of pages to write>");
    return 1;
}

var resolver = new PathAssemblyResolver([assembly, .. File.ReadLines(references)]);
using var context = new MetadataLoadContext(resolver, "System.Runtime");
IReadOnlyList<CmdletHelp> cmdlets = new CmdletReader(context.LoadFromAssemblyPath(assembly), documentation).Read();

string[] gaps = [.. cmdlets.SelectMany(Gaps)];
foreach (string gap in gaps)
{
    Console.Error.WriteLine($"{Path.GetFileName(assembly)} : error HELP001: {gap}"); // the form in which MSBuild knows an error
}
if (gaps.Length == 0 && output.EndsWith(".xml", StringComparison.OrdinalIgnoreCase))
{
    MamlWriter.Write(output, cmdlets);
}
else if (gaps.Length == 0)
{
    MarkdownWriter.Write(output, cmdlets);
}
return gaps.Length == 0 ? 0 : 1;

static IEnumerable<string> Gaps(CmdletHelp cmdlet)
{
    if (cmdlet.Synopsis.Length == 0)
    {
        yield return $"{cmdlet.Name} has no documentation: its class needs a <summary>.";
    }
    if (cmdlet.Description.Count == 0)
    {
        yield return $"{cmdlet.Name} has no description: its class needs <remarks>.";
    }
    foreach (ParameterHelp parameter in cmdlet.Parameters.Where(parameter => parameter.Description.Count == 0))
    {
        yield return $"{cmdlet.Name} -{parameter.Name} has no documentation: its property needs a <summary>.";
    }
    foreach (ExampleHelp example in cmdlet.Examples.Where(example => example.Title.Length == 0 || example.Code.Length == 0))
    {
        yield return $"{cmdlet.Name} has an example without a <title> or without <code>: \"{example.Title}{example.Code}\".";
    }
}
