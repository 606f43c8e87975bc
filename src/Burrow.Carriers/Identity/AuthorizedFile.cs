using System.Diagnostics.CodeAnalysis;

namespace Burrow.Carriers.Identity;

/// <summary>Somebody who may come: a pin, a name for logs, and limits. Null means the default of the program.</summary>
/// <param name="Name">For logs and status; the pin when no name was given.</param>
/// <param name="Pin">The key that proves it.</param>
/// <param name="PermitDial">What it may dial, as written.</param>
/// <param name="PermitListen">Where it may listen, as written.</param>
/// <param name="MaxSessions">How many sessions at once.</param>
/// <param name="MaxChannels">How many channels at once in all of its sessions.</param>
/// <param name="MaxListeners">How many listeners at once in all of its sessions.</param>
/// <param name="OwnMaps">Whether Jenny's own maps are meant for it, when it is not the only one.</param>
public sealed record Credential(
    string Name, Pin Pin, IReadOnlyList<string>? PermitDial = null, IReadOnlyList<string>? PermitListen = null, int? MaxSessions = null, int? MaxChannels = null, int? MaxListeners = null, bool OwnMaps = false);

/// <summary>The <c>authorized</c> file: everybody whom Jenny lets in.</summary>
/// <remarks>
/// <code>
/// # one entry a line; what follows a # is a comment
/// PIN [name=NAME] [permit-dial=P,P…] [permit-listen=P,P…] [max-sessions=N] [max-channels=N] [max-listeners=N] [own-maps=yes]
/// </code>
/// </remarks>
public static class AuthorizedFile
{
    static readonly string[] Keys = ["name", "permit-dial", "permit-listen", "max-sessions", "max-channels", "max-listeners", "own-maps"];

    /// <summary>Reads the file, which only its owner may be able to write.</summary>
    /// <param name="errors">Everything that is wrong with it, each with file, line and column; empty on success.</param>
    public static bool TryLoad(string path, out IReadOnlyList<Credential> credentials, out IReadOnlyList<string> errors)
    {
        credentials = [];
        if (PrivateFile.TryReadProtected(path, "it lists one pin a line (`burrow key pin` prints them)", out var text, out var error))
            return TryParse(path, text, out credentials, out errors);
        errors = [error];
        return false;
    }

    /// <summary>Reads text as if it stood in that file.</summary>
    public static bool TryParse(string path, string text, out IReadOnlyList<Credential> credentials, out IReadOnlyList<string> errors)
    {
        var found = new List<Credential>();
        var problems = new List<string>();
        var lines = new Dictionary<Pin, int>();
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var comment = line.IndexOf('#');
            if (!TryParseLine(path, number, (comment < 0 ? line : line[..comment]).ToString(), problems, out var credential)) continue;
            if (lines.TryAdd(credential.Pin, number))
                found.Add(credential);
            else
                problems.Add($"{path}:{number}:1: this pin was given in line {lines[credential.Pin]} already");
        }
        credentials = found;
        errors = problems;
        return problems.Count == 0;
    }

    /// <returns>True if the line holds an entry that can be kept; problems are added to the list.</returns>
    static bool TryParseLine(string path, int number, string line, List<string> problems, [NotNullWhen(true)] out Credential? credential)
    {
        credential = null;
        var before = problems.Count;
        foreach (var (column, word) in Words(line))
        {
            var at = $"{path}:{number}:{column}";
            if (credential is null)
            {
                if (!Pin.TryParse(word, out var pin, out var error))
                {
                    problems.Add($"{at}: {error}");
                    return false;
                }
                credential = new Credential(pin.Text, pin);
            }
            else if (Apply(credential, word, out var problem) is { } changed)
            {
                credential = changed;
            }
            else
            {
                problems.Add($"{at}: {problem}");
            }
        }
        return credential is not null && problems.Count == before;
    }

    static Credential? Apply(Credential credential, string word, out string? problem)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        var (key, value) = equals < 0 ? (word, "") : (word[..equals], word[(equals + 1)..]);
        problem = !Keys.Contains(key, StringComparer.Ordinal)
            ? $"\"{key}\" is not known here; known are {string.Join(", ", Keys)}"
            : value.Length == 0 ? $"{key}= needs a value" : null;
        if (problem is not null) return null;
        if (key.StartsWith("max-", StringComparison.Ordinal) && (!int.TryParse(value, System.Globalization.NumberStyles.None, null, out var limit) || limit < 1))
        {
            problem = $"{key} is a whole number from 1, not \"{value}\"";
            return null;
        }
        if (key == "own-maps" && value is not ("yes" or "no"))
        {
            problem = $"own-maps is yes or no, not \"{value}\"";
            return null;
        }
        return key switch
        {
            "name" => credential with { Name = value },
            "permit-dial" => credential with { PermitDial = value.Split(',', StringSplitOptions.RemoveEmptyEntries) },
            "permit-listen" => credential with { PermitListen = value.Split(',', StringSplitOptions.RemoveEmptyEntries) },
            "own-maps" => credential with { OwnMaps = value == "yes" },
            "max-sessions" => credential with { MaxSessions = int.Parse(value) },
            "max-listeners" => credential with { MaxListeners = int.Parse(value) },
            _ => credential with { MaxChannels = int.Parse(value) },
        };
    }

    static IEnumerable<(int Column, string Word)> Words(string line)
    {
        for (var i = 0; i < line.Length;)
        {
            if (char.IsWhiteSpace(line[i]))
            {
                i++;
                continue;
            }
            var start = i;
            while (i < line.Length && !char.IsWhiteSpace(line[i])) i++;
            yield return (start + 1, line[start..i]);
        }
    }
}
