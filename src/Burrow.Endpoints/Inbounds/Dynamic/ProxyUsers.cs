using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Burrow.Endpoints.Inbounds.Dynamic;

/// <summary>Who may use an inbound, by name and password. Immutable and thread-safe.</summary>
public sealed class ProxyUsers
{
    readonly Dictionary<string, byte[]> _passwords;

    ProxyUsers(Dictionary<string, byte[]> passwords) => _passwords = passwords;

    /// <summary>Reads a list: one <c>USER:PASSWORD</c> a line; empty lines and those that begin with # are left out. The first colon ends the name; both have 1 to 255 bytes (RFC 1929).</summary>
    /// <param name="mistake">What is wrong, by its line; null on success. Never holds a password.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ProxyUsers? users, [NotNullWhen(false)] out string? mistake)
    {
        (users, mistake) = (null, null);
        var passwords = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var entry = line.TrimEnd('\r');
            if (entry.Length == 0 || entry[0] == '#') continue;
            var colon = entry.IndexOf(':', StringComparison.Ordinal);
            var password = Encoding.UTF8.GetBytes(entry[(colon + 1)..]);
            if (colon <= 0 || Encoding.UTF8.GetByteCount(entry[..colon]) > 255 || password.Length is 0 or > 255) mistake = $"line {number}: should be USER:PASSWORD";
            else if (!passwords.TryAdd(entry[..colon], password)) mistake = $"line {number}: that user is listed already";
            if (mistake is not null) return false;
        }
        if (passwords.Count == 0) mistake = "there is no user in it";
        else users = new ProxyUsers(passwords);
        return mistake is null;
    }

    /// <summary>Whether name and password, in UTF-8, belong together. Takes as long for a wrong password as for a right one.</summary>
    internal bool Match(ReadOnlySpan<byte> user, ReadOnlySpan<byte> password)
    {
        var known = _passwords.TryGetValue(Encoding.UTF8.GetString(user), out var right);
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(known ? right! : []), SHA256.HashData(password)) && known;
    }
}
