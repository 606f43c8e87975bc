using Burrow.Cli.Config.Tcl;

namespace Burrow.Cli.Config;

/// <summary>Checks a pin.</summary>
internal static class PinText
{
    public static Given<string>? Read(Word word, ProblemList problems)
    {
        if (word.Text.Length > 0) return new Given<string>(word.Text, word.Span);
        problems.Add(word.Span, "the pin is missing");
        return null;
    }
}
