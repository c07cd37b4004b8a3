using System.Reflection;

namespace EasyExplain.HelpBuilder;

/// <summary>Reads the cmdlets of an assembly, and what their comments say; the assembly is never run.</summary>
internal sealed class CmdletReader
{
    private const string Automation = "System.Management.Automation.";
    private const string AllSets = "__AllParameterSets";

    private readonly Assembly _assembly;
    private readonly DocComments _comments;
    private readonly Dictionary<string, string> _cmdletNames = [];
    private readonly Dictionary<Assembly, DocComments?> _commentsElsewhere = [];

    /// <param name="assembly">The assembly with the cmdlets.</param>
    /// <param name="documentation">Its documentation file.</param>
    public CmdletReader(Assembly assembly, string documentation)
    {
        _assembly = assembly;
        _comments = new DocComments(documentation, ReaderName);
        foreach (Type type in CmdletTypes())
        {
            _cmdletNames.Add(type.FullName!,
                string.Join('-', CmdletAttribute(type).ConstructorArguments.Select(argument => argument.Value)));
        }
    }

    /// <summary>Every public cmdlet, by name.</summary>
    public IReadOnlyList<CmdletHelp> Read() => [.. CmdletTypes().Select(Read).OrderBy(cmdlet => cmdlet.Name, StringComparer.Ordinal)];

    private IEnumerable<Type> CmdletTypes() =>
        _assembly.GetTypes().Where(type => type is { IsPublic: true, IsAbstract: false } && Attributes(type, "CmdletAttribute").Any());

    private CmdletHelp Read(Type type)
    {
        string id = TypeId(type);
        CustomAttributeData attribute = CmdletAttribute(type);
        List<IReadOnlyList<ParameterHelp>> syntax = [.. SetNames(type).Select(set => ParametersOf(type, set))];
        ParameterHelp[] parameters =
        [
            .. syntax.SelectMany(set => set).GroupBy(parameter => parameter.Name).Select(OverAllSets)
                .OrderBy(parameter => parameter.Name is "WhatIf" or "Confirm"),
        ];
        return new CmdletHelp(
            (string)attribute.ConstructorArguments[0].Value!,
            (string)attribute.ConstructorArguments[1].Value!,
            string.Join(' ', _comments.Section(id, "summary")),
            _comments.Section(id, "remarks"),
            syntax,
            parameters,
            [.. Properties(type)
                .Where(p => Attributes(p, "ParameterAttribute").Any(a => Named(a, "ValueFromPipeline") is true))
                .Select(p => new TypeHelp(FullName(p.PropertyType),
                $"To -{p.Name}. {string.Join(' ', _comments.Section(PropertyId(p), "summary"))}"))],
            [.. Attributes(type, "OutputTypeAttribute").SelectMany(OutputTypes)],
            _comments.Examples(id),
            _comments.Links(id));
    }

    /// <summary>The names of the parameter sets, the default one first.</summary>
    private IReadOnlyList<string> SetNames(Type type)
    {
        string? first = Named(CmdletAttribute(type), "DefaultParameterSetName") as string;
        string[] named = [.. Properties(type).SelectMany(property => Attributes(property, "ParameterAttribute")).Select(SetName)
            .Where(set => set != AllSets)];
        return named.Length == 0 ? [AllSets] : [.. named.Distinct().OrderByDescending(set => set == first)];
    }

    /// <summary>The parameters of one set as they are typed: by position, then the other mandatory ones, then the rest.</summary>
    private IReadOnlyList<ParameterHelp> ParametersOf(Type type, string set)
    {
        var parameters =
            from property in Properties(type)
            from attribute in Attributes(property, "ParameterAttribute")
            where SetName(attribute) is var name && (name == set || name == AllSets) && Named(attribute, "DontShow") is not true
            select Parameter(property, attribute);
        return
        [
            .. parameters.OrderBy(p => p.Position ?? int.MaxValue).ThenByDescending(p => p.Mandatory),
            .. ShouldProcessParameters(CmdletAttribute(type)),
        ];
    }

    private ParameterHelp Parameter(PropertyInfo property, CustomAttributeData attribute)
    {
        Type type = Nullable(property.PropertyType);
        bool isSwitch = type.FullName == Automation + "SwitchParameter";
        IReadOnlyList<string> values = ValuesOf(property, type);
        string stated = string.Join(' ', _comments.Section(PropertyId(property), "value"));
        int position = Named(attribute, "Position") as int? ?? int.MinValue;
        return new ParameterHelp(
            property.Name,
            isSwitch ? null : type.Name,
            _comments.Section(PropertyId(property), "summary"),
            stated.Length > 0 ? stated : isSwitch ? "False" : "None",
            [.. Attributes(property, "AliasAttribute").SelectMany(Strings)],
            values,
            Attributes(property, "SupportsWildcardsAttribute").Any(),
            Named(attribute, "Mandatory") is true,
            position >= 0 ? position : null,
            Named(attribute, "ValueFromPipeline") is true,
            Named(attribute, "ValueFromPipelineByPropertyName") is true);
    }

    private static IEnumerable<ParameterHelp> ShouldProcessParameters(CustomAttributeData cmdlet)
    {
        if (Named(cmdlet, "SupportsShouldProcess") is true)
        {
            yield return Switch("WhatIf", "wi", "Shows what would happen if the cmdlet runs. The cmdlet is not run.");
            yield return Switch("Confirm", "cf", "Prompts you for confirmation before running the cmdlet.");
        }
    }

    private static ParameterHelp Switch(string name, string alias, string description) =>
        new(name, null, [description], "False", [alias], [], false, false, null, false, false);

    /// <summary>One description of a parameter that differs between sets: mandatory only if it is so everywhere.</summary>
    private static ParameterHelp OverAllSets(IEnumerable<ParameterHelp> uses) => uses.Aggregate((a, b) => a with
    {
        Mandatory = a.Mandatory && b.Mandatory,
        Position = a.Position ?? b.Position,
        FromPipeline = a.FromPipeline || b.FromPipeline,
        FromProperty = a.FromProperty || b.FromProperty,
    });

    private IEnumerable<TypeHelp> OutputTypes(CustomAttributeData attribute) =>
        from argument in attribute.ConstructorArguments
        from value in argument.Value is IReadOnlyCollection<CustomAttributeTypedArgument> list ? list : [argument]
        select value.Value is Type type
            ? new TypeHelp(FullName(type), string.Join(' ', CommentsOf(type)?.Section(TypeId(type), "summary") ?? []))
            : new TypeHelp((string)value.Value!, "");

    /// <summary>The comments of the assembly a type comes from, where its documentation file lies beside it.</summary>
    private DocComments? CommentsOf(Type type)
    {
        if (type.Assembly == _assembly)
        {
            return _comments;
        }
        if (!_commentsElsewhere.TryGetValue(type.Assembly, out DocComments? comments))
        {
            string file = Path.ChangeExtension(type.Assembly.Location, ".xml");
            comments = File.Exists(file) ? new DocComments(file, ReaderName) : null;
            _commentsElsewhere.Add(type.Assembly, comments);
        }
        return comments;
    }

    private static IReadOnlyList<string> ValuesOf(PropertyInfo property, Type type)
    {
        Type element = type.IsArray ? type.GetElementType()! : type;
        return element.IsEnum
            ? [.. element.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.Name)]
            : [.. Attributes(property, "ValidateSetAttribute").SelectMany(Strings)];
    }

    /// <summary>Base classes first: what several cmdlets share leads.</summary>
    private static IEnumerable<PropertyInfo> Properties(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => Attributes(property, "ParameterAttribute").Any())
            .OrderBy(property => property.DeclaringType == type);

    /// <summary>A cmdlet by its name, a parameter with its dash, anything else by the last part of its name.</summary>
    private string ReaderName(string id)
    {
        string name = id[2..].Split('(')[0];
        string last = name[(name.LastIndexOf('.') + 1)..];
        return _cmdletNames.TryGetValue(name, out string? cmdlet) ? cmdlet
            : id[0] == 'P' && _cmdletNames.ContainsKey(name[..^(last.Length + 1)]) ? "-" + last
            : last;
    }

    private static CustomAttributeData CmdletAttribute(Type type) => Attributes(type, "CmdletAttribute").Single();

    private static IEnumerable<CustomAttributeData> Attributes(MemberInfo member, string name) =>
        member.GetCustomAttributesData().Where(attribute => attribute.AttributeType.FullName == Automation + name);

    private static object? Named(CustomAttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(argument => argument.MemberName == name).TypedValue.Value;

    private static string SetName(CustomAttributeData parameter) => Named(parameter, "ParameterSetName") as string ?? AllSets;

    /// <summary>The arguments of an attribute that takes a list of strings.</summary>
    private static IEnumerable<string> Strings(CustomAttributeData attribute) =>
        ((IEnumerable<CustomAttributeTypedArgument>)attribute.ConstructorArguments[0].Value!).Select(argument => (string)argument.Value!);

    private static Type Nullable(Type type) =>
        type is { IsGenericType: true, Namespace: "System", Name: "Nullable`1" } ? type.GetGenericArguments()[0] : type;

    private static string FullName(Type type) => Nullable(type).FullName!;

    private static string TypeId(Type type) => "T:" + type.FullName!.Replace('+', '.');

    private static string PropertyId(PropertyInfo property) => $"P:{property.DeclaringType!.FullName!.Replace('+', '.')}.{property.Name}";
}
