using Burrow.Cli.Config.Tcl;

namespace Burrow.Cli.Config;

/// <summary>Checks the URLs of carriers, as far as it takes to point at what is wrong with them.</summary>
/// <remarks>
/// <code>
/// tcp://HOST:PORT    a TCP connection        unix:PATH    a unix socket
/// </code>
/// </remarks>
internal static class CarrierText
{
    static readonly string[] Known = ["tcp", "unix"];

    public static Given<string>? Dial(Word word, ProblemList problems) => Read(word, problems, listens: false);

    public static Given<string>? Listen(Word word, ProblemList problems) => Read(word, problems, listens: true);

    /// <summary>Whether the carrier itself says who is at its other end, so that no credential is needed.</summary>
    public static bool IsAuthenticated(string url) => url.StartsWith("unix:", StringComparison.Ordinal);

    static Given<string>? Read(Word word, ProblemList problems, bool listens)
    {
        var colon = word.Text.IndexOf(':', StringComparison.Ordinal);
        var scheme = colon > 0 ? word.Text[..colon] : "";
        if (!Known.Contains(scheme))
        {
            // host:port, without a scheme, is what most people type first.
            var hint = scheme.Length > 0 && Nearest.To(scheme, Known) is { } near ? $"did you mean \"{near}:\"?" : "should be tcp://HOST:PORT or unix:PATH";
            problems.Add(word.Span, $"\"{Printable.Text(word.Text)}\" is no carrier; {hint}");
            return null;
        }
        if (scheme == "unix")
        {
            if (word.Text.Length > "unix:".Length) return new Given<string>(word.Text, word.Span);
            problems.Add(word.Span, "the path is missing: should be unix:PATH");
            return null;
        }
        const string Lead = "tcp://";
        if (!word.Text.StartsWith(Lead, StringComparison.Ordinal))
        {
            problems.Add(word.Span, "should be tcp://HOST:PORT");
            return null;
        }
        var address = word.Slice(Lead.Length, word.Text.Length - Lead.Length);
        if (address.Text.EndsWith('/')) address = address.Slice(0, address.Text.Length - 1);
        var target = listens ? AddressText.Listen(address, problems) : AddressText.Dial(address, problems);
        return target is null ? null : new Given<string>(Lead + target, word.Span);
    }
}
