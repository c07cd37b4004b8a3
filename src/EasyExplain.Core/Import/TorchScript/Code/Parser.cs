using System.Globalization;
using System.Runtime.CompilerServices;

namespace EasyExplain.Import.TorchScript.Code;

/// <summary>Reads the small part of Python that torch.jit.save writes. Types are passed over.</summary>
internal sealed class Parser
{
    private static readonly string[][] Precedence =
        [["or"], ["and"], ["==", "!=", "<", ">", "<=", ">=", "is", "in"], ["|"], ["&"], ["+", "-"], ["*", "/", "//", "%", "@"], ["**"]];

    private readonly List<Token> _tokens;
    private int _at;

    private Parser(List<Token> tokens) => _tokens = tokens;

    private Token Current => _tokens[_at];

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">The text is not such code.</exception>
    /// <exception cref="InsufficientExecutionStackException">It is nested too deeply.</exception>
    public static SourceFile Read(string code) => new Parser(Lexer.Read(code)).File();

    private SourceFile File()
    {
        var functions = new Dictionary<string, Function>();
        var classes = new Dictionary<string, Class>();
        while (Current.Kind != TokenKind.End)
        {
            switch (Current.Text)
            {
                case "def" when Function() is var function: functions[function.Name] = function; break;
                case "class" when Class() is var made: classes[made.Name] = made; break;
                // Before PyTorch 1.4: imports and the version of the operators.
                case "import" or "from" or "op_version_set":
                    while (Next().Kind != TokenKind.NewLine)
                    {
                    }
                    break;
                case "\n": Next(); break;
                default: throw Wrong("a class or a function");
            }
        }
        return new SourceFile(functions, classes);
    }

    private Class Class()
    {
        Take("class");
        string name = Name(), @base = "";
        if (Accept("("))
        {
            @base = Accept(")") ? "" : Name();
            while (!Accept(")"))
            {
                Next();
            }
        }
        Take(":");
        var attributes = new List<(string, Expression?)>();
        var methods = new Dictionary<string, Function>();
        if (Current.Kind != TokenKind.NewLine)
        {
            SimpleStatement();
            return new Class(name, @base, attributes, methods);
        }
        Next();
        Take(TokenKind.Indent);
        while (!Accept(TokenKind.Dedent))
        {
            if (Current.Text == "def")
            {
                Function method = Function();
                methods[method.Name] = method;
            }
            else if (Accept("pass"))
            {
                Accept(TokenKind.NewLine);
            }
            else
            {
                attributes.Add(ClassAttribute());
            }
        }
        return new Class(name, @base, attributes, methods);
    }

    /// <summary>
    /// <c>name : type</c>, <c>name : type = value</c> or <c>name = value</c>; a name that Python would not take stands in
    /// __annotations__["name"].
    /// </summary>
    private (string, Expression?) ClassAttribute()
    {
        string name = Name();
        if (name == "__annotations__" && Accept("["))
        {
            if (!Accept("]"))
            {
                name = Next().Text;
                Take("]");
                Take("=");
                Type();
                Take(TokenKind.NewLine);
                return (name, null);
            }
            // __annotations__ = []
        }
        if (Accept(":"))
        {
            Type();
        }
        Expression? value = Accept("=") ? Expressions() : null;
        Take(TokenKind.NewLine);
        return (name, value);
    }

    private Function Function()
    {
        Take("def");
        string name = Name();
        Take("(");
        var parameters = new List<(string, Expression?)>();
        while (!Accept(")"))
        {
            if (Accept("*"))
            {
                Accept(",");
                continue;
            }
            string parameter = Name();
            if (Accept(":"))
            {
                Type();
            }
            parameters.Add((parameter, Accept("=") ? Expression() : null));
            if (Current.Text != ")")
            {
                Take(",");
            }
        }
        if (Accept("->"))
        {
            Type();
        }
        return new Function(name, parameters, Block());
    }

    private void Type() => Expression();

    private List<Statement> Block()
    {
        Take(":");
        var statements = new List<Statement>();
        if (Current.Kind != TokenKind.NewLine)
        {
            statements.AddRange(SimpleStatement());
            return statements;
        }
        Next();
        Take(TokenKind.Indent);
        while (!Accept(TokenKind.Dedent))
        {
            statements.AddRange(Statement());
        }
        return statements;
    }

    private IEnumerable<Statement> Statement()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (Current.Kind == TokenKind.Name ? Current.Text : "")
        {
            case "if": return [Branch()];
            case "while":
                Next();
                return [new WhileLoop(Expression(), Block())];
            case "for":
                Next();
                Expression target = Postfix();
                Take("in");
                return [new ForLoop(target, Expressions(), Block())];
            case "with":
                // no_grad and the like: a network in use follows no gradients.
                Next();
                Expressions();
                if (Accept("as"))
                {
                    Postfix();
                }
                return Block();
            default: return SimpleStatement();
        }
    }

    private Branch Branch()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        Next();
        Expression condition = Expression();
        List<Statement> then = Block();
        return new Branch(condition, then, Current.Text == "elif" ? [Branch()] : Accept("else") ? Block() : []);
    }

    private Statement[] SimpleStatement()
    {
        Statement? statement = null;
        switch (Current.Kind == TokenKind.Name ? Current.Text : "")
        {
            case "pass": Next(); break;
            case "return":
                Next();
                statement = new Return(Current.Kind == TokenKind.NewLine ? null : Expressions());
                break;
            case "raise":
                Next();
                statement = new Raise(null, Current.Kind == TokenKind.NewLine ? null : Expressions());
                break;
            case "assert":
                Next();
                statement = new Raise(Expression(), Accept(",") ? Expression() : null);
                break;
            default:
                Expression first = Expressions();
                if (Accept(":"))
                {
                    Type();
                }
                if (Accept("="))
                {
                    statement = new Assignment(first is Sequence { IsTuple: true } several ? several.Items
                        : [first], first is Sequence { IsTuple: true }, Expressions());
                }
                else
                {
                    statement = new Evaluation(first);
                }
                break;
        }
        Take(TokenKind.NewLine);
        return statement is null ? [] : [statement];
    }

    /// <summary>One expression, or a tuple without brackets.</summary>
    private Expression Expressions()
    {
        Expression first = Expression();
        if (Current.Text != "," || Current.Kind != TokenKind.Sign)
        {
            return first;
        }
        var items = new List<Expression> { first };
        while (Accept(","))
        {
            if (Current.Kind == TokenKind.NewLine || Current is { Kind: TokenKind.Sign, Text: "=" or ":" or ")" or "]" }
                || Current is { Kind: TokenKind.Name, Text: "in" })
            {
                break;
            }
            items.Add(Expression());
        }
        return new Sequence(items, IsTuple: true);
    }

    private Expression Expression()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        Expression value = Operation(0);
        if (Current is { Kind: TokenKind.Name, Text: "if" })
        {
            Next();
            Expression condition = Operation(0);
            Take("else");
            return new Choice(condition, value, Expression());
        }
        return value;
    }

    private Expression Operation(int level)
    {
        if (level == Precedence.Length)
        {
            return Prefix();
        }
        if (level == 2 && Current is { Kind: TokenKind.Name, Text: "not" })
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
            Next();
            return new Unary("not", Operation(level));
        }
        Expression left = Operation(level + 1);
        while (Current.Kind is TokenKind.Sign or TokenKind.Name)
        {
            string sign = Current.Text;
            if (level == 2 && sign == "not" && _tokens[_at + 1].Text == "in")
            {
                Next();
                sign = "not in";
            }
            else if (!Precedence[level].Contains(sign))
            {
                break;
            }
            Next();
            if (sign == "is" && Accept("not"))
            {
                sign = "is not";
            }
            left = new Binary(sign, left, Operation(level + 1));
        }
        return left;
    }

    private Expression Prefix()
    {
        if (Current is { Kind: TokenKind.Sign, Text: "-" or "~" })
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
            string sign = Next().Text;
            return Prefix() switch
            {
                Literal { Value: long number } when sign == "-" => new Literal(-number),
                Literal { Value: double number } when sign == "-" => new Literal(-number),
                var value => new Unary(sign, value),
            };
        }
        return Postfix();
    }

    private Expression Postfix()
    {
        Expression value = Atom();
        while (Current.Kind == TokenKind.Sign)
        {
            if (Accept("."))
            {
                value = new Attribute(value, Name());
            }
            else if (Accept("("))
            {
                value = Arguments(value);
            }
            else if (Accept("["))
            {
                value = new Subscript(value, Index());
                Take("]");
            }
            else
            {
                break;
            }
        }
        return value;
    }

    private Call Arguments(Expression function)
    {
        var arguments = new List<Expression>();
        var named = new List<(string, Expression)>();
        while (!Accept(")"))
        {
            if (Current.Kind == TokenKind.Name && _tokens[_at + 1] is { Kind: TokenKind.Sign, Text: "=" })
            {
                string name = Name();
                Take("=");
                named.Add((name, Expression()));
            }
            else
            {
                arguments.Add(Expression());
            }
            if (Current.Text != ")")
            {
                Take(",");
            }
        }
        return new Call(function, arguments, named);
    }

    private Expression Index()
    {
        if (Current is { Kind: TokenKind.Sign, Text: "]" })
        {
            return new Sequence([], IsTuple: true); // Tuple[]
        }
        Expression? start = Current.Text == ":" ? null : Expressions();
        if (!Accept(":"))
        {
            return start!;
        }
        Expression? end = Current.Text is ":" or "]" ? null : Expression();
        return new Range(start, end, Accept(":") && Current.Text != "]" ? Expression() : null);
    }

    private Expression Atom()
    {
        Token token = Next();
        switch (token.Kind)
        {
            case TokenKind.Integer: return new Literal(long.Parse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture));
            case TokenKind.Real: return new Literal(double.Parse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture));
            case TokenKind.Text: return new Literal(token.Text);
            case TokenKind.Name:
                return token.Text switch
                {
                    "None" => new Literal(null),
                    "True" => new Literal(true),
                    "False" => new Literal(false),
                    "inf" => new Literal(double.PositiveInfinity),
                    "nan" => new Literal(double.NaN),
                    _ => new Variable(token.Text),
                };
            case TokenKind.Sign when token.Text == "...": return new Literal("...");
            case TokenKind.Sign when token.Text == "[":
                return new Sequence(Items("]", out _), IsTuple: false);
            case TokenKind.Sign when token.Text == "(":
                List<Expression> items = Items(")", out bool comma);
                return items.Count == 1 && !comma ? items[0] : new Sequence(items, IsTuple: true);
            case TokenKind.Sign when token.Text == "{":
                var pairs = new List<(Expression, Expression)>();
                while (!Accept("}"))
                {
                    Expression key = Expression();
                    Take(":");
                    pairs.Add((key, Expression()));
                    if (Current.Text != "}")
                    {
                        Take(",");
                    }
                }
                return new Dictionary(pairs);
            default:
                _at--;
                throw Wrong("a value");
        }
    }

    private List<Expression> Items(string end, out bool comma)
    {
        var items = new List<Expression>();
        comma = false;
        while (!Accept(end))
        {
            items.Add(Expression());
            comma = Accept(",");
            if (!comma && Current.Text != end)
            {
                throw Wrong($"',' or '{end}'");
            }
        }
        return items;
    }

    private Token Next()
    {
        Token token = Current;
        if (token.Kind == TokenKind.End)
        {
            throw Wrong("more code");
        }
        _at++;
        return token;
    }

    private string Name() => Current.Kind == TokenKind.Name ? Next().Text : throw Wrong("a name");

    private bool Accept(string text)
    {
        bool there = Current.Kind is TokenKind.Sign or TokenKind.Name && Current.Text == text;
        _at += there ? 1 : 0;
        return there;
    }

    private bool Accept(TokenKind kind)
    {
        bool there = Current.Kind == kind;
        _at += there ? 1 : 0;
        return there;
    }

    private void Take(string text)
    {
        if (!Accept(text))
        {
            throw Wrong($"'{text}'");
        }
    }

    private void Take(TokenKind kind)
    {
        if (!Accept(kind))
        {
            throw Wrong(kind == TokenKind.NewLine ? "the end of the line" : kind.ToString());
        }
    }

    private InvalidDataException Wrong(string expected) =>
        new($"The code has '{Current.Text[..Math.Min(Current.Text.Length, 40)]}' in line {Current.Line}, where {expected} is expected.");
}
