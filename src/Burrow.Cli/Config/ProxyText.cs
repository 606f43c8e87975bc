using Burrow.Carriers.Proxy;
using Burrow.Cli.Config.Tcl;

namespace Burrow.Cli.Config;

/// <summary>Reads what is said about a proxy on the way to Jenny.</summary>
static class ProxyText
{
    /// <summary>In place of a URL: go directly, whatever the environment says.</summary>
    public const string None = "none";

    /// <summary>A proxy's URL, as written; it may hold a password, so no message shows it.</summary>
    public static Given<string>? Read(Word word, ProblemList problems)
    {
        if (word.Text == None || ProxyServer.TryParse(word.Text, out _, out var error)) return new Given<string>(word.Text, word.Span);
        problems.Add(word.Span, error);
        return null;
    }

    public static Given<KeyValuePair<string, string>>? Header(Word word, ProblemList problems)
    {
        if (ProxySettings.TryParseHeader(word.Text, out var header, out var error)) return new Given<KeyValuePair<string, string>>(header, word.Span);
        problems.Add(word.Span, error);
        return null;
    }

    public static Given<string>? UserAgent(Word word, ProblemList problems) =>
        Header(word with { Text = $"User-Agent: {word.Text}" }, problems) is null ? null : new Given<string>(word.Text, word.Span);
}
