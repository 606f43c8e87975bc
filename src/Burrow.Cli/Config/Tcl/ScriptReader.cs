using System.Text;

namespace Burrow.Cli.Config.Tcl;

/// <summary>
/// Splits a script into commands and words by Tcl's rules (Tcl(n), the "dodekalogue"), one command at a time, so that what stands before a
/// syntax error is still seen. Left out of Tcl: arrays, namespaces and <c>{*}</c>, each with a message of its own.
/// </summary>
internal sealed class ScriptReader(Span script)
{
    /// <summary>Brackets in brackets. Deeper is no configuration, and each level is a level of our own stack.</summary>
    public const int MaxDepth = 32;

    readonly SourceText _source = script.Source;
    readonly string _text = script.Source.Text;
    readonly int _end = script.End;
    int _at = script.Start;
    int _depth;

    /// <summary>The syntax error that ended the reading, or null.</summary>
    public Problem? Problem { get; private set; }

    /// <summary>The next command, or null at the end or at a <see cref="Problem"/>. Never empty.</summary>
    public CommandNode? Next()
    {
        SkipToCommand();
        // A close-bracket at the outermost level is a character like any other.
        return _at >= _end ? null : ReadCommand();
    }

    void SkipToCommand()
    {
        while (_at < _end)
        {
            if (_text[_at] is ';' or '\n') _at++;
            else if (IsBlank(_at)) SkipBlanks();
            else if (_text[_at] == '#') SkipComment();
            else return;
        }
    }

    /// <summary>A comment ends at a newline that no backslash precedes.</summary>
    void SkipComment()
    {
        while (_at < _end && _text[_at] != '\n') _at += _text[_at] == '\\' ? 2 : 1;
        _at = Math.Min(_at, _end);
    }

    CommandNode? ReadCommand()
    {
        var words = new List<WordNode>();
        while (true)
        {
            SkipBlanks();
            if (AtCommandEnd()) return new CommandNode(words);
            if (ReadWord() is not { } word) return null;
            words.Add(word);
        }
    }

    WordNode? ReadWord()
    {
        if (_text[_at] == '{') return ReadBraced();
        return _text[_at] == '"' ? ReadQuoted() : ReadBare();
    }

    /// <summary>Braces: nothing is substituted but backslash-newline; a brace after a backslash does not count.</summary>
    WordNode? ReadBraced()
    {
        var open = _at;
        if (StartsWith("{*}") && open + 3 < _end && !EndsWord(open + 3))
            return Fail(open, open + 3, "{*} is not part of this configuration language; write the words out, or use foreach");
        var value = new StringBuilder();
        var depth = 0;
        for (; _at < _end; _at++)
        {
            var c = _text[_at];
            if (c == '\\' && _at + 1 < _end)
            {
                if (_text[_at + 1] == '\n') _at = Escapes.Read(_text, _at, _end, value) - 1;
                else value.Append(c).Append(_text[++_at]);
                continue;
            }
            if (c == '{' && depth++ == 0) continue;
            if (c == '}' && --depth == 0) return Close(open, value.ToString());
            value.Append(c);
        }
        return Fail(open, open + 1, "missing close-brace: the one that is opened here is never closed");
    }

    WordNode? Close(int open, string value)
    {
        var inner = new Span(_source, open + 1, _at);
        _at++;
        return CheckEnd("close-brace") ? new WordNode(new Span(_source, open, _at), inner, [new LiteralPart(inner, value)], Braced: true) : null;
    }

    WordNode? ReadQuoted()
    {
        var open = _at++;
        if (ReadParts(quoted: true) is not { } parts) return null;
        if (_at >= _end) return Fail(open, open + 1, "missing \": the one that is opened here is never closed");
        var inner = new Span(_source, open + 1, _at);
        _at++;
        return CheckEnd("close-quote") ? new WordNode(new Span(_source, open, _at), inner, parts, Braced: false) : null;
    }

    WordNode? ReadBare()
    {
        var start = _at;
        if (ReadParts(quoted: false) is not { } parts) return null;
        var span = new Span(_source, start, _at);
        return new WordNode(span, span, parts, Braced: false);
    }

    /// <summary>Reads up to the closing quote or the end of the bare word, which stays to be read.</summary>
    List<Part>? ReadParts(bool quoted)
    {
        var parts = new List<Part>();
        var literal = new StringBuilder();
        var literalStart = _at;

        void EndLiteral()
        {
            if (literal.Length > 0) parts.Add(new LiteralPart(new Span(_source, literalStart, _at), literal.ToString()));
            literal.Clear();
        }

        while (_at < _end && (quoted ? _text[_at] != '"' : !EndsWord(_at)))
        {
            switch (_text[_at])
            {
                case '\\':
                    _at = Escapes.Read(_text, _at, _end, literal);
                    break;
                case '$' when StartsVariable():
                    EndLiteral();
                    if (ReadVariable() is not { } variable) return null;
                    parts.Add(variable);
                    literalStart = _at;
                    break;
                case '[':
                    EndLiteral();
                    if (ReadBracket() is not { } bracket) return null;
                    parts.Add(bracket);
                    literalStart = _at;
                    break;
                default:
                    literal.Append(_text[_at++]);
                    break;
            }
        }
        EndLiteral();
        return parts;
    }

    bool StartsVariable() => _at + 1 < _end && (_text[_at + 1] == '{' || IsName(_text[_at + 1]) || (_text[_at + 1] == ':' && _at + 2 < _end && _text[_at + 2] == ':'));

    VariablePart? ReadVariable()
    {
        var start = _at++;
        string name;
        if (_text[_at] == '{')
        {
            var close = _text.IndexOf('}', _at, _end - _at);
            if (close < 0) return Fail<VariablePart>(start, start + 2, "missing close-brace for the variable's name");
            name = _text[(_at + 1)..close];
            _at = close + 1;
        }
        else
        {
            var from = _at;
            while (_at < _end && IsName(_text[_at])) _at++;
            name = _text[from.._at];
            if (_at < _end && _text[_at] == '(')
                return Fail<VariablePart>(start, _at + 1, $"arrays are not part of this configuration language; write ${{{name}}} before a parenthesis");
            if (_at + 1 < _end && _text[_at] == ':' && _text[_at + 1] == ':')
                return Fail<VariablePart>(start, _at + 2, $"namespaces are not part of this configuration language; write ${{{name}}} before ::");
        }
        return new VariablePart(new Span(_source, start, _at), name);
    }

    BracketPart? ReadBracket()
    {
        var open = _at++;
        if (++_depth > MaxDepth) return Fail<BracketPart>(open, open + 1, $"brackets are nested deeper than {MaxDepth}");
        var commands = new List<CommandNode>();
        while (true)
        {
            SkipToCommand();
            if (_at >= _end) return Fail<BracketPart>(open, open + 1, "missing close-bracket: the one that is opened here is never closed");
            if (_text[_at] == ']') break;
            if (ReadCommand() is not { } command) return null;
            commands.Add(command);
        }
        _depth--;
        _at++;
        return new BracketPart(new Span(_source, open, _at), commands);
    }

    bool CheckEnd(string after)
    {
        if (_at >= _end || EndsWord(_at)) return true;
        Fail(_at, _at + 1, $"extra characters after {after}: a blank belongs here");
        return false;
    }

    bool AtCommandEnd() => _at >= _end || _text[_at] is '\n' or ';' || (_depth > 0 && _text[_at] == ']');

    bool EndsWord(int at) => _text[at] is '\n' or ';' || IsBlank(at) || (_depth > 0 && _text[at] == ']');

    /// <summary>Blanks separate words; a continued line counts as one.</summary>
    bool IsBlank(int at) => _text[at] is ' ' or '\t' or '\v' or '\f' or '\r' || (_text[at] == '\\' && at + 1 < _end && _text[at + 1] == '\n');

    void SkipBlanks()
    {
        while (_at < _end && IsBlank(_at)) _at += _text[_at] == '\\' ? 2 : 1;
    }

    bool StartsWith(string text) => string.CompareOrdinal(_text, _at, text, 0, text.Length) == 0;

    static bool IsName(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    WordNode? Fail(int start, int end, string message) => Fail<WordNode>(start, end, message);

    T? Fail<T>(int start, int end, string message) where T : class
    {
        Problem ??= new Problem(new Span(_source, start, end), message);
        return null;
    }
}
