using System.Text;

namespace Burrow.Cli.Config.Tcl;

/// <summary>A <c>config</c> or <c>map</c> command with its words substituted. The first word is the command's name.</summary>
internal sealed record Evaluated(IReadOnlyList<Word> Words);

/// <summary>
/// Runs a configuration: <c>set</c>, <c>foreach</c> and <c>[list]</c> are done here, <c>config</c> and <c>map</c> are handed out as they
/// come, and there is nothing else: no file, program, socket or loop without an end can be named.
/// </summary>
/// <remarks>
/// Unlike Tcl, which stops at the first error, evaluation goes on with the next command, so that a person sees all errors at once.
/// </remarks>
internal sealed class Interpreter(ProblemList problems)
{
    /// <summary>The largest file, in characters. A thousand maps take a tenth of it.</summary>
    public const int MaxScript = 1 << 20;

    /// <summary>All work of one evaluation, in characters that were read or made and commands that were run: well under a second.</summary>
    public const int MaxWork = 16 << 20;

    /// <summary>foreach in foreach.</summary>
    const int MaxNesting = 16;

    const string TooMuchWork = "this configuration takes too much work (a foreach over very long lists?)";
    const string Known = "known: config, map, set, foreach, and [list ...] as part of a word";

    readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);
    readonly List<Evaluated> _output = [];
    int _work;
    bool _stopped;

    /// <summary>Evaluates a script.</summary>
    /// <returns>Its <c>config</c> and <c>map</c> commands in order; complete only if there were no problems.</returns>
    public IReadOnlyList<Evaluated> Run(SourceText source)
    {
        if (source.Text.Length > MaxScript) problems.Add(new Span(source, 0, 0), $"the file is longer than {MaxScript} characters");
        else RunScript(source.All, nesting: 0);
        return _output;
    }

    void RunScript(Span script, int nesting)
    {
        if (!Spend(script.End - script.Start, script)) return;
        var reader = new ScriptReader(script);
        while (!_stopped && reader.Next() is { } command)
        {
            if (command.Words.Count > 0) RunCommand(command, nesting);
        }
        if (reader.Problem is not { } problem) return;

        // After a syntax error nothing says where the next command starts.
        problems.Add(problem);
        _stopped = true;
    }

    void RunCommand(CommandNode command, int nesting)
    {
        var name = command.Words[0];
        if (!Spend(1, name.Span)) return;
        if (Substitute(command.Words) is not { } words) return;
        switch (words[0].Text)
        {
            case "config" or "map":
                _output.Add(new Evaluated(words));
                break;
            case "set":
                RunSet(words);
                break;
            case "foreach":
                RunForeach(command, words, nesting);
                break;
            case "list":
                problems.Add(name.Span, "list does nothing as a command of its own; write it in brackets where the list is needed");
                break;
            default:
                problems.Add(name.Span, $"unknown command \"{Printable.Text(words[0].Text)}\"; {Known}");
                break;
        }
    }

    void RunSet(List<Word> words)
    {
        if (words.Count != 3) problems.Add(words[0].Span, "wrong number of words: should be \"set NAME VALUE\"");
        else _variables[words[1].Text] = words[2].Text;
    }

    /// <summary><c>foreach NAMES LIST ?NAMES LIST ...? BODY</c>: lists are walked side by side, and short ones end with empty values.</summary>
    void RunForeach(CommandNode command, List<Word> words, int nesting)
    {
        if (words.Count < 4 || words.Count % 2 != 0)
        {
            problems.Add(words[0].Span, "wrong number of words: should be \"foreach NAMES LIST ?NAMES LIST ...? {BODY}\"");
            return;
        }
        var body = command.Words[^1];
        if (!body.Braced)
        {
            problems.Add(body.Span, "the body of foreach must stand in braces");
            return;
        }
        if (nesting >= MaxNesting)
        {
            problems.Add(words[0].Span, $"foreach is nested deeper than {MaxNesting}");
            return;
        }

        var walks = new List<(List<string> Names, List<string> Values)>();
        var rounds = 0;
        for (var i = 1; i < words.Count - 1; i += 2)
        {
            if (SplitList(words[i]) is not { } names || SplitList(words[i + 1]) is not { } values) return;
            if (names.Count == 0)
            {
                problems.Add(words[i].Span, "foreach needs at least one name here");
                return;
            }
            walks.Add((names, values));
            rounds = Math.Max(rounds, (values.Count + names.Count - 1) / names.Count);
        }
        for (var round = 0; round < rounds && !_stopped; round++)
        {
            foreach (var (names, values) in walks)
            {
                for (var i = 0; i < names.Count; i++)
                {
                    var index = (round * names.Count) + i;
                    _variables[names[i]] = index < values.Count ? values[index] : "";
                }
            }
            RunScript(body.Inner, nesting + 1);
        }
    }

    List<string>? SplitList(Word word)
    {
        if (!Spend(word.Text.Length, word.Span)) return null;
        var elements = TclList.Split(word.Text, out var problem);
        if (elements is null) problems.Add(word.Span, problem!);
        return elements?.ConvertAll(element => element.Text);
    }

    List<Word>? Substitute(IReadOnlyList<WordNode> nodes)
    {
        var words = new List<Word>(nodes.Count);
        foreach (var node in nodes)
        {
            if (Substitute(node) is not { } word) return null;
            words.Add(word);
        }
        return words;
    }

    Word? Substitute(WordNode node)
    {
        if (node.Parts is [LiteralPart literal])
        {
            if (!Spend(literal.Text.Length, node.Span)) return null;
            // Without an escape, the value has as many characters as what was written.
            var verbatim = literal.Text.Length == node.Inner.End - node.Inner.Start;
            return new Word(literal.Text, node.Span, verbatim ? node.Inner : null);
        }
        var value = new StringBuilder();
        foreach (var part in node.Parts)
        {
            if (Value(part) is not { } text || !Spend(text.Length, node.Span)) return null;
            value.Append(text);
        }
        return new Word(value.ToString(), node.Span, node.Parts.Count == 0 ? node.Inner : null);
    }

    string? Value(Part part)
    {
        switch (part)
        {
            case LiteralPart literal:
                return literal.Text;
            case VariablePart variable:
                if (_variables.TryGetValue(variable.Name, out var value)) return value;
                var hint = Nearest.To(variable.Name, _variables.Keys) is { } near ? $"; did you mean \"{near}\"?" : "";
                problems.Add(variable.Span, $"no such variable \"{Printable.Text(variable.Name)}\"{hint}");
                return null;
            case BracketPart bracket:
                return Value(bracket);
            default:
                throw new InvalidOperationException("a part of no known kind");
        }
    }

    /// <summary>The value of brackets is that of their last command.</summary>
    string? Value(BracketPart bracket)
    {
        var result = "";
        foreach (var command in bracket.Commands)
        {
            if (Substitute(command.Words) is not { } words) return null;
            if (words[0].Text != "list")
            {
                problems.Add(command.Words[0].Span, words[0].Text.Contains(':', StringComparison.Ordinal)
                    ? "brackets start a command; an IPv6 address stands in braces, too: {[ADDRESS]:PORT}"
                    : $"only list may stand in brackets, not \"{Printable.Text(words[0].Text)}\"");
                return null;
            }
            result = TclList.Join(words.Skip(1).Select(word => word.Text));
        }
        return result;
    }

    /// <summary>Counts work; when there was too much of it, says so once and stops everything.</summary>
    bool Spend(int amount, Span where)
    {
        if (_stopped) return false;
        _work += amount;
        if (_work <= MaxWork) return true;
        problems.Add(where, TooMuchWork);
        _stopped = true;
        return false;
    }
}
