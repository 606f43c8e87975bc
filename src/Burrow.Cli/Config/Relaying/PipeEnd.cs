using System.Diagnostics.CodeAnalysis;
using Burrow.Cli.Config.Tcl;
using Burrow.Core;

namespace Burrow.Cli.Config.Relaying;

/// <summary>A source or a destination of a pipe.</summary>
/// <remarks>
/// <code>
/// -              standard input or output
/// :1234          wait for one connection on that port
/// host 1234      dial; two words, as the original wants them
/// . 1234         dial the host of the network file through which the fewest bytes have gone
/// host:1234      dial; one word, as everywhere else in Burrow; [::1]:1234
/// </code>
/// </remarks>
internal abstract record PipeEnd
{
    private PipeEnd()
    {
    }

    public sealed record Standard : PipeEnd
    {
        public override string ToString() => "-";
    }

    public sealed record Listen(int Port) : PipeEnd
    {
        public override string ToString() => $":{Port}";
    }

    public sealed record Dial(Target Target) : PipeEnd
    {
        public override string ToString() => Target.ToString();
    }

    public sealed record DialLeast(int Port) : PipeEnd
    {
        public override string ToString() => $".:{Port}";
    }

    public bool IsSocket => this is not Standard;

    /// <summary>Reads both ends.</summary>
    public static (PipeEnd Source, PipeEnd Destination)? Read(IReadOnlyList<string> words, ProblemList problems)
    {
        var at = 0;
        if (!TryRead("SOURCE", words, ref at, problems, out var source) || !TryRead("DESTINATION", words, ref at, problems, out var destination)) return null;
        if (at < words.Count) problems.Add(null, $"\"{Printable.Text(words[at])}\" is one word too many: SOURCE and DESTINATION are \"-\", \":PORT\" or \"HOST PORT\"");
        else if (source.IsSocket && destination.IsSocket) problems.Add(null, "SOURCE and DESTINATION may not both be sockets; for that there is 'burrow forward'");
        else if (!source.IsSocket && !destination.IsSocket) problems.Add(null, "SOURCE and DESTINATION are both \"-\": one must be a socket");
        else return (source, destination);
        return null;
    }

    static bool TryRead(string name, IReadOnlyList<string> words, ref int at, ProblemList problems, [NotNullWhen(true)] out PipeEnd? end)
    {
        end = null;
        if (at >= words.Count)
        {
            problems.Add(null, $"{name} is missing: \"-\", \":PORT\" or \"HOST PORT\"");
            return false;
        }
        var word = words[at++];
        if (word == "-")
        {
            end = new Standard();
            return true;
        }
        if (word.Length > 1 && word[0] == ':' && word.AsSpan(1).IndexOf(':') < 0)
        {
            if (AddressText.Port(Word.Argument(name, word[1..]), problems, listens: true) is { } port) end = new Listen(port);
            return end is not null;
        }
        if (IsOneWord(word))
        {
            if (AddressText.Dial(Word.Argument(name, word), problems) is { } target) end = new Dial(target);
            return end is not null;
        }
        if (at >= words.Count)
        {
            problems.Add(null, $"{name}: \"{Printable.Text(word)}\" needs a port after it");
            return false;
        }
        var number = AddressText.Port(Word.Argument(name, words[at++]), problems, listens: false);
        if (word == ".")
        {
            if (number is not null) end = new DialLeast(number.Value);
            return end is not null;
        }
        // Two words need no brackets to tell an IPv6 address from a port.
        var host = word.Contains(':', StringComparison.Ordinal) && word[0] != '[' ? $"[{word}]" : word;
        if (AddressText.Host(Word.Argument(name, host), problems, listens: false) is { } known && number is not null) end = new Dial(new Target(known, number.Value));
        return end is not null;
    }

    static bool IsOneWord(string word) => word[0] == '['
        ? word.Contains("]:", StringComparison.Ordinal)
        : word.Count(c => c == ':') == 1 && word[^1] != ':';
}
