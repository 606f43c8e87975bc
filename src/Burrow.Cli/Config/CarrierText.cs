using System.Globalization;
using Burrow.Carriers;
using Burrow.Cli.Config.Tcl;

namespace Burrow.Cli.Config;

/// <summary>Reads the URLs of carriers (<see cref="CarrierUrl"/>) and points at what is wrong with them.</summary>
internal static class CarrierText
{
    const string Column = "column ";

    public static Given<string>? Dial(Word word, ProblemList problems)
    {
        if (Read(word, problems) is not { } url) return null;
        if (url.Target is { Host: "" or "*" }) problems.Add(word.Span, "all addresses can only be listened on: the host is missing");
        else if (url.Target is { Port: 0 }) problems.Add(word.Span, "\"0\" is no port to dial: should be a number from 1 to 65535");
        else return new Given<string>(url.ToString(), word.Span);
        return null;
    }

    public static Given<string>? Listen(Word word, ProblemList problems) =>
        Read(word, problems) is not { } url ? null
        : !url.IsWeb ? new Given<string>(url.ToString(), word.Span)
        : Refuse(word, problems, $"Jenny answers HTTP on the same port as everything else: write tcp://{url.Target}{(url.IsSecureWeb ? ", and give her certificate with --cert and --key" : "")}");

    static Given<string>? Refuse(Word word, ProblemList problems, string why)
    {
        problems.Add(word.Span, why);
        return null;
    }

    /// <summary>Whether the carrier itself says who is at its other end, so that no credential is needed.</summary>
    public static bool IsAuthenticated(string url) => url.StartsWith("unix:", StringComparison.Ordinal);

    static CarrierUrl? Read(Word word, ProblemList problems)
    {
        if (CarrierUrl.TryParse(word.Text, out var url, out var error)) return url;

        // The message starts with the column of the place inside the URL; here it becomes a mark under it.
        var colon = error.IndexOf(": ", StringComparison.Ordinal);
        if (error.StartsWith(Column, StringComparison.Ordinal)
            && int.TryParse(error.AsSpan(Column.Length, colon - Column.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var column))
            problems.Add(word.At(Math.Min(column - 1, word.Text.Length), Math.Max(0, word.Text.Length - column + 1)), Printable.Text(error[(colon + 2)..]));
        else problems.Add(word.Span, Printable.Text(error));
        return null;
    }
}
