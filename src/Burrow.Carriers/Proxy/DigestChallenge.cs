// MD5 is what proxies ask for (RFC 7616 3.3, RFC 2617); the stronger one is taken where it is offered.
#pragma warning disable CA5351
using System.Security.Cryptography;
using System.Text;

namespace Burrow.Carriers.Proxy;

/// <summary>What a proxy says when it asks for Digest (RFC 7616; without qop as RFC 2069 had it). Immutable.</summary>
sealed class DigestChallenge
{
    readonly Dictionary<string, string> _parameters;

    DigestChallenge(Dictionary<string, string> parameters) => _parameters = parameters;

    /// <summary>The proxy took the password and only wants a fresh nonce.</summary>
    public bool Stale => Value("stale").Equals("true", StringComparison.OrdinalIgnoreCase);

    /// <summary>The better, the higher.</summary>
    public int Rank => Algorithm is "SHA-256" or "SHA-256-SESS" ? 2 : 1;

    string Algorithm => Value("algorithm") is { Length: > 0 } name ? name.ToUpperInvariant() : "MD5";

    /// <summary>Reads the value of one Proxy-Authenticate field.</summary>
    /// <returns>Null when it is another scheme's, or asks for what is not known here.</returns>
    public static DigestChallenge? Parse(string text)
    {
        if (!text.StartsWith("Digest ", StringComparison.OrdinalIgnoreCase)) return null;
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var at = 7;
        while (at < text.Length)
        {
            var equals = text.IndexOf('=', at);
            if (equals < 0) break;
            var name = text[at..equals].Trim(' ', '\t', ',');
            var value = new StringBuilder();
            at = equals + 1;
            while (at < text.Length && text[at] is ' ' or '\t') at++;
            if (at < text.Length && text[at] == '"')
            {
                for (at++; at < text.Length && text[at] != '"'; at++)
                {
                    if (text[at] == '\\' && at + 1 < text.Length) at++;
                    value.Append(text[at]);
                }
                at++;
            }
            else
            {
                for (; at < text.Length && text[at] is not (',' or ' ' or '\t'); at++) value.Append(text[at]);
            }
            parameters.TryAdd(name, value.ToString());
        }
        var challenge = new DigestChallenge(parameters);
        var qop = challenge.Value("qop");
        return parameters.ContainsKey("nonce") && challenge.Algorithm is "MD5" or "MD5-SESS" or "SHA-256" or "SHA-256-SESS"
            && (qop.Length == 0 || qop.Split(',', StringSplitOptions.TrimEntries).Contains("auth", StringComparer.OrdinalIgnoreCase)) ? challenge : null;
    }

    /// <summary>The value of Proxy-Authorization.</summary>
    /// <param name="count">How often this nonce was used, this time included.</param>
    /// <param name="clientNonce">Null: a fresh one.</param>
    public string Answer(ProxyCredentials credentials, string method, string uri, int count, string? clientNonce = null)
    {
        clientNonce ??= RandomNumberGenerator.GetHexString(16, lowercase: true);
        var (realm, nonce) = (Value("realm"), Value("nonce"));
        var uses = count.ToString("x8");
        var secret = Hash($"{credentials.User}:{realm}:{credentials.Password}");
        if (Algorithm.EndsWith("-SESS", StringComparison.Ordinal)) secret = Hash($"{secret}:{nonce}:{clientNonce}");
        var request = Hash($"{method}:{uri}");
        var withQop = Value("qop").Length > 0;
        var response = Hash(withQop ? $"{secret}:{nonce}:{uses}:{clientNonce}:auth:{request}" : $"{secret}:{nonce}:{request}");

        var user = Value("userhash").Equals("true", StringComparison.OrdinalIgnoreCase) ? Hash($"{credentials.User}:{realm}") : credentials.User;
        var hashed = user == credentials.User ? "" : ", userhash=true";
        var text = $"Digest username={Quote(user)}, realm={Quote(realm)}, nonce={Quote(nonce)}, uri={Quote(uri)}, response=\"{response}\"{hashed}";
        if (_parameters.ContainsKey("algorithm")) text += $", algorithm={Value("algorithm")}";
        if (_parameters.TryGetValue("opaque", out var opaque)) text += $", opaque={Quote(opaque)}";
        return withQop ? $"{text}, qop=auth, nc={uses}, cnonce=\"{clientNonce}\"" : text;
    }

    string Value(string name) => _parameters.GetValueOrDefault(name, "");

    string Hash(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Convert.ToHexStringLower(Rank == 2 ? SHA256.HashData(bytes) : MD5.HashData(bytes));
    }

    // The head goes out as Latin-1: a name in UTF-8 is sent as its bytes.
    static string Quote(string text) => $"\"{Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)))}\"";
}
