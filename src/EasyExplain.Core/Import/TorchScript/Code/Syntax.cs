namespace EasyExplain.Import.TorchScript.Code;

// The code of a TorchScript archive as a tree.

/// <summary>Something that has a value.</summary>
internal abstract record Expression;

/// <summary>A value written down: null for None, bool, long, double or string.</summary>
internal sealed record Literal(object? Value) : Expression;

/// <summary>A variable, or the beginning of a full name.</summary>
internal sealed record Variable(string Name) : Expression;

/// <summary><c>owner.name</c>.</summary>
internal sealed record Attribute(Expression Owner, string Name) : Expression;

/// <summary><c>function(arguments, name=value)</c>.</summary>
internal sealed record Call(Expression Function, IReadOnlyList<Expression> Arguments, IReadOnlyList<(string Name, Expression Value)> Named)
    : Expression;

/// <summary><c>owner[index]</c>.</summary>
internal sealed record Subscript(Expression Owner, Expression Index) : Expression;

/// <summary><c>start:end:step</c> between the brackets of a subscript.</summary>
internal sealed record Range(Expression? Start, Expression? End, Expression? Step) : Expression;

/// <summary>A list, or a tuple.</summary>
internal sealed record Sequence(IReadOnlyList<Expression> Items, bool IsTuple) : Expression;

/// <summary>A dictionary.</summary>
internal sealed record Dictionary(IReadOnlyList<(Expression Key, Expression Value)> Items) : Expression;

/// <summary><c>then if condition else otherwise</c>.</summary>
internal sealed record Choice(Expression Condition, Expression Then, Expression Otherwise) : Expression;

/// <summary>An operator between two values, such as <c>+</c> or <c>is not</c>.</summary>
internal sealed record Binary(string Sign, Expression Left, Expression Right) : Expression;

/// <summary><c>-</c> or <c>not</c> before a value.</summary>
internal sealed record Unary(string Sign, Expression Value) : Expression;

/// <summary>A step of a function.</summary>
internal abstract record Statement;

/// <summary><c>targets = value</c>; several targets take a tuple or a list apart.</summary>
internal sealed record Assignment(IReadOnlyList<Expression> Targets, bool Unpacks, Expression Value) : Statement;

/// <summary>Something done for its effect.</summary>
internal sealed record Evaluation(Expression Value) : Statement;

/// <summary>if and else.</summary>
internal sealed record Branch(Expression Condition, IReadOnlyList<Statement> Then, IReadOnlyList<Statement> Otherwise) : Statement;

/// <summary>while.</summary>
internal sealed record WhileLoop(Expression Condition, IReadOnlyList<Statement> Body) : Statement;

/// <summary>for, over a range or a list.</summary>
internal sealed record ForLoop(Expression Target, Expression Items, IReadOnlyList<Statement> Body) : Statement;

/// <summary>return.</summary>
internal sealed record Return(Expression? Value) : Statement;

/// <summary>raise, or an assertion that does not hold.</summary>
internal sealed record Raise(Expression? Condition, Expression? Message) : Statement;

/// <summary>A function, or a method.</summary>
internal sealed record Function(string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, IReadOnlyList<Statement> Body);

/// <summary>A class: its base's name, its attributes in order with their constant values if they have one, its methods.</summary>
internal sealed record Class(
    string Name, string Base, IReadOnlyList<(string Name, Expression? Value)> Attributes, IReadOnlyDictionary<string, Function> Methods);

/// <summary>One file of code.</summary>
internal sealed record SourceFile(IReadOnlyDictionary<string, Function> Functions, IReadOnlyDictionary<string, Class> Classes);
