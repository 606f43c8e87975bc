using Burrow.Cli.Config.Tcl;

namespace Burrow.Cli.Config;

/// <summary>Checks what the other side is permitted: <c>HOST:PORT</c>, in which either may be <c>*</c>, the host a range and the port a range.</summary>
internal static class PermitText
{
    public static Given<string>? Read(Word word, ProblemList problems)
    {
        if (word.Text.LastIndexOf(':') is > 0 and var colon && colon < word.Text.Length - 1) return new Given<string>(word.Text, word.Span);
        problems.Add(word.Span, $"\"{Printable.Text(word.Text)}\" is no permit: should be HOST:PORT, such as 10.0.0.0/8:22, db.example:5432 or *:8000-8099");
        return null;
    }
}
