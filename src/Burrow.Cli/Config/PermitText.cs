using Burrow.Cli.Config.Tcl;
using Burrow.Core;

namespace Burrow.Cli.Config;

/// <summary>Checks what the other side is permitted, in the forms of <see cref="Permit"/>.</summary>
internal static class PermitText
{
    public static Given<string>? Read(Word word, ProblemList problems)
    {
        if (Permit.TryParse([word.Text], out _, out _)) return new Given<string>(word.Text, word.Span);
        problems.Add(word.Span, $"\"{Printable.Text(word.Text)}\" is no permit: should be any, none or HOST:PORT, such as 10.0.0.0/8:22, db.example:5432 or *:8000-8099");
        return null;
    }
}
