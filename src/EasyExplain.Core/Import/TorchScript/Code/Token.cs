namespace EasyExplain.Import.TorchScript.Code;

/// <summary>What a token is.</summary>
internal enum TokenKind
{
    /// <summary>A name or a keyword.</summary>
    Name,

    /// <summary>An integer.</summary>
    Integer,

    /// <summary>A number with a fraction.</summary>
    Real,

    /// <summary>A text; <see cref="Token.Text"/> is what it means.</summary>
    Text,

    /// <summary>An operator or a bracket.</summary>
    Sign,

    /// <summary>The end of a statement.</summary>
    NewLine,

    /// <summary>A block begins.</summary>
    Indent,

    /// <summary>A block ends.</summary>
    Dedent,

    /// <summary>The end of the file.</summary>
    End,
}

/// <summary>A piece of the code.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Line);
