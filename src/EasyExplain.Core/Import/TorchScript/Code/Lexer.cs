using System.Globalization;
using System.Text;

namespace EasyExplain.Import.TorchScript.Code;

/// <summary>
/// Cuts the code of a TorchScript archive into tokens, as Python's tokenizer does for the part of the language that is written there.
/// </summary>
internal static class Lexer
{
    private const int DeepestBlock = 100;

    // The longest first.
    private static readonly string[] Signs =
        ["...", "**", "//", "==", "!=", "<=", ">=", "->", "+=", "(", ")", "[", "]", "{", "}", ",", ":", ".", "=", "+", "-", "*", "/", "%",
            "<", ">", "@", "|", "&", "~", ";"];

    /// <summary>All tokens, the last of which is <see cref="TokenKind.End"/>.</summary>
    /// <exception cref="InvalidDataException">The text is not such code.</exception>
    public static List<Token> Read(string code)
    {
        var tokens = new List<Token>();
        var indents = new Stack<int>([0]);
        int at = 0, line = 1, brackets = 0;
        bool newLine = true;
        while (at < code.Length)
        {
            if (newLine && brackets == 0)
            {
                int start = at;
                while (at < code.Length && code[at] is ' ' or '\t')
                {
                    at++;
                }
                if (at < code.Length && code[at] is not ('\n' or '\r' or '#'))
                {
                    Indent(at - start);
                }
                newLine = false;
                continue;
            }
            char c = code[at];
            if (c == '\n')
            {
                if (brackets == 0)
                {
                    EndLine();
                }
                at++;
                line++;
                newLine = brackets == 0;
            }
            else if (c is ' ' or '\t' or '\r')
            {
                at++;
            }
            else if (c == '#')
            {
                at = code.IndexOf('\n', at) is var end and >= 0 ? end : code.Length;
            }
            else if (char.IsAsciiLetter(c) || c == '_')
            {
                int start = at;
                while (at < code.Length && (char.IsAsciiLetterOrDigit(code[at]) || code[at] == '_'))
                {
                    at++;
                }
                tokens.Add(new(TokenKind.Name, code[start..at], line));
            }
            else if (char.IsAsciiDigit(c) || (c == '.' && at + 1 < code.Length && char.IsAsciiDigit(code[at + 1])))
            {
                Number();
            }
            else if (c is '"' or '\'')
            {
                Text(c);
            }
            else
            {
                string sign = Array.Find(Signs, sign => string.CompareOrdinal(code, at, sign, 0, sign.Length) == 0)
                    ?? throw Wrong($"has the character 0x{(int)c:x}");
                brackets += sign is "(" or "[" or "{" ? 1 : sign is ")" or "]" or "}" ? -1 : 0;
                tokens.Add(new(TokenKind.Sign, sign, line));
                at += sign.Length;
            }
        }
        EndLine();
        Indent(0);
        tokens.Add(new(TokenKind.End, "", line));
        return tokens;

        // Empty lines end nothing.
        void EndLine()
        {
            if (tokens.Count > 0 && tokens[^1].Kind is not (TokenKind.NewLine or TokenKind.Indent or TokenKind.Dedent))
            {
                tokens.Add(new(TokenKind.NewLine, "\n", line));
            }
        }

        void Indent(int width)
        {
            if (width > indents.Peek())
            {
                indents.Push(width);
                tokens.Add(new(TokenKind.Indent, "", line));
                if (indents.Count > DeepestBlock)
                {
                    throw Wrong($"nests blocks deeper than {DeepestBlock}");
                }
            }
            while (width < indents.Peek())
            {
                indents.Pop();
                tokens.Add(new(TokenKind.Dedent, "", line));
            }
        }

        void Number()
        {
            int start = at;
            bool real = false;
            while (at < code.Length && (char.IsAsciiDigit(code[at]) || code[at] is '.' or 'e' or 'E'
                || (code[at] is '+' or '-' && code[at - 1] is 'e' or 'E')))
            {
                real |= code[at] is '.' or 'e' or 'E';
                at++;
            }
            string text = code[start..at];
            if (real
                ? !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
                : !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                throw Wrong($"has '{text[..Math.Min(text.Length, 40)]}', which is no number of 64 bits");
            }
            tokens.Add(new(real ? TokenKind.Real : TokenKind.Integer, text, line));
        }

        void Text(char quote)
        {
            var text = new StringBuilder();
            for (at++; ; at++)
            {
                if (at >= code.Length || code[at] == '\n')
                {
                    throw Wrong("has a text without an end");
                }
                if (code[at] == quote)
                {
                    at++;
                    break;
                }
                if (code[at] != '\\')
                {
                    text.Append(code[at]);
                    continue;
                }
                at++;
                char escaped = at < code.Length ? code[at] : '\0';
                // An octal number, as C writes what is not printable.
                if (escaped is >= '0' and <= '7')
                {
                    int value = 0, end = Math.Min(at + 3, code.Length);
                    for (; at < end && code[at] is >= '0' and <= '7'; at++)
                    {
                        value = value * 8 + (code[at] - '0');
                    }
                    at--;
                    text.Append((char)value);
                    continue;
                }
                text.Append(escaped switch { 'n' => '\n', 't' => '\t', 'r' => '\r', _ => escaped });
            }
            tokens.Add(new(TokenKind.Text, text.ToString(), line));
        }

        InvalidDataException Wrong(string what) => new($"The code {what} in line {line}, which torch.jit.save does not write.");
    }
}
