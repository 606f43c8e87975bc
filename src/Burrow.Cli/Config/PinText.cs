using Burrow.Carriers.Identity;
using Burrow.Cli.Config.Tcl;

namespace Burrow.Cli.Config;

/// <summary>Reads a pin.</summary>
internal static class PinText
{
    public static Given<Pin>? Read(Word word, ProblemList problems)
    {
        if (Pin.TryParse(word.Text, out var pin, out var error)) return new Given<Pin>(pin, word.Span);
        problems.Add(word.Span, error);
        return null;
    }
}
