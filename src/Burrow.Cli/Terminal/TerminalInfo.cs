namespace Burrow.Cli.Terminal;

/// <summary>What our output goes to.</summary>
/// <param name="OutputIsTerminal">Whether a person reads standard output as it comes: tables and progress are for them.</param>
/// <param name="ErrorIsTerminal">Whether a person reads standard error as it comes.</param>
/// <param name="Colour">Whether colours are wanted (no-color.org).</param>
internal sealed record TerminalInfo(bool OutputIsTerminal, bool ErrorIsTerminal, bool Colour)
{
    public static TerminalInfo Detect()
    {
        var dumb = Environment.GetEnvironmentVariable("TERM") is null or "dumb";
        var noColour = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new TerminalInfo(!Console.IsOutputRedirected && !dumb, !Console.IsErrorRedirected && !dumb, !noColour);
    }
}
