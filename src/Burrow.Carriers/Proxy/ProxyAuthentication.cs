using System.Net;
using System.Net.Security;
using System.Text;
using Burrow.Core;

namespace Burrow.Carriers.Proxy;

/// <summary>
/// How one HTTP proxy wants to be told who we are (RFC 9110 11.7): learnt from its first 407 and kept, so that later requests bring what it wants at once. Until then Basic is sent
/// at once, as long as nothing better was seen. Thread-safe.
/// </summary>
public sealed class ProxyAuthentication(ProxyCredentials? credentials)
{
    readonly DigestNonces _nonces = new();
    volatile string _scheme = credentials is null ? "" : "Basic";

    /// <summary>For the message after a 407 that could not be answered.</summary>
    internal string WhyNot => credentials is null ? "give a user and password: http://USER@HOST:PORT with --proxy-password-file" : $"user {credentials.User} or the password is wrong, or may not";

    /// <summary>Begins one exchange with the proxy, on one connection.</summary>
    /// <param name="target">What CONNECT asks for.</param>
    public Conversation Begin(Target target) => new(this, "CONNECT", target.ToString(), target.Host);

    /// <summary>Begins one exchange for a request other than CONNECT, of which nobody knows over which connection it goes: by Basic or Digest alone.</summary>
    public Conversation Begin(string method, string uri) => new(this, method, uri, host: null);

    /// <summary>Begins one exchange for a request other than CONNECT, on one connection.</summary>
    internal Conversation Begin(string method, string uri, string host) => new(this, method, uri, host);

    /// <summary>The proxy wants a scheme that is bound to a connection (NTLM, Negotiate); for <see cref="Begin(string, string)"/> that is somebody else's work.</summary>
    internal bool WantsConnection { get; set; }

    /// <summary>The requests of one exchange. Not thread-safe.</summary>
    public sealed class Conversation : IDisposable
    {
        // A nonce of an earlier exchange may be used up, and the next one by a proxy that was slow; more often in one exchange is a proxy that says so whatever it is told.
        const int MostStale = 4;

        readonly ProxyAuthentication _owner;
        readonly string _method;
        readonly string _uri;
        readonly string? _host; // null: no scheme that is bound to a connection
        NegotiateAuthentication? _negotiate;
        string? _next; // the token of a scheme that takes several rounds
        string _tried = "";
        DigestNonce? _nonce; // ours for this exchange
        int _stale; // how often the proxy called a nonce too old

        internal Conversation(ProxyAuthentication owner, string method, string uri, string? host) => (_owner, _method, _uri, _host) = (owner, method, uri, host);

        /// <summary>The next request's Proxy-Authorization; null: none.</summary>
        public string? Header()
        {
            if (_owner.Credentials is not { } own) return null;
            if (_next is not null) return _next;
            _tried = _owner._scheme;
            switch (_tried)
            {
                case "Basic":
                    return "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{own.User}:{own.Password}"));
                case "Digest":
                    return HasNonce ? _nonce!.Answer(own, _method, _uri) : null; // the proxy then gives us one
            }
            if (_tried.Length > 0 && _host is not null) Advance("");
            return _next;
        }

        /// <summary>The proxy answered 407.</summary>
        /// <returns>Whether there is something else, or something further, to say.</returns>
        public bool Challenged(IEnumerable<string> challenges)
        {
            if (_owner.Credentials is null) return false;
            var offered = challenges.ToList();
            if (_negotiate is not null) return Token(offered, _tried) is { Length: > 0 } token && Advance(token);
            foreach (var scheme in (string[])["Negotiate", "NTLM", "Digest", "Basic"])
            {
                var text = offered.Find(line => Scheme(line).Equals(scheme, StringComparison.OrdinalIgnoreCase));
                // Negotiate without a ticket is NTLM in disguise; where NTLM itself is offered, or the system has no Negotiate, the next is tried.
                if (text is null || (scheme == _tried && scheme is not "Digest")) continue;
                if (scheme == "Digest")
                {
                    var best = offered.Select(DigestChallenge.Parse).Where(known => known is not null).MaxBy(known => known!.Rank);
                    // The same again means that the password is wrong, unless the nonce grew old: the proxy says so, or it had taken it before.
                    if (best is null || (_tried == "Digest" && _nonce is not null && ((!best.Stale && _nonce.Uses == 1) || ++_stale > MostStale))) continue;
                    if (_nonce is not null) _owner._nonces.Refused(_nonce);
                    (_nonce, _owner._scheme) = (new DigestNonce(best), scheme);
                    return true;
                }
                if (scheme is "Negotiate" or "NTLM")
                {
                    if (_host is null) continue;
                    _tried = scheme;
                    if (!Advance("")) continue;
                }
                else if (_tried.Length > 0)
                {
                    continue; // Basic was sent, or something that is not to be followed by the bare password
                }
                _owner._scheme = scheme;
                return true;
            }
            return false;
        }

        /// <summary>The next request would be refused for want of a nonce, and its body sent in vain: a proxy may even close before it says so.</summary>
        public bool LacksNonce => _owner._scheme == "Digest" && !HasNonce;

        bool HasNonce => (_nonce ??= _owner._nonces.Take()) is not null;

        /// <summary>The proxy took what it was told: it may be told so again.</summary>
        public void Taken()
        {
            if (_nonce is not null) _owner._nonces.Return(_nonce);
            _nonce = null;
        }

        /// <summary>The exchange is over. A nonce whose use has no answer is gone: nobody knows whether it was counted.</summary>
        public void Dispose()
        {
            _negotiate?.Dispose();
            // One that was just given goes with the next connection, should the proxy have closed this one.
            if (_nonce is { Uses: 0 }) _owner._nonces.Return(_nonce);
            _nonce = null;
        }

        bool Advance(string incoming)
        {
            _negotiate ??= new NegotiateAuthentication(new NegotiateAuthenticationClientOptions
            {
                Package = _tried,
                Credential = _owner.NetworkCredential(),
                TargetName = $"HTTP/{_host}",
            });
            string? outgoing = null;
            var status = NegotiateAuthenticationStatusCode.GenericFailure;
            try
            {
                outgoing = _negotiate.GetOutgoingBlob(incoming, out status);
            }
            catch (Exception e) when (e is ArgumentException or FormatException or PlatformNotSupportedException or System.ComponentModel.Win32Exception)
            {
                // What the proxy sent is no token, and the runtime's reader does not say so by its status; or the system has no such package.
            }
            if (outgoing is null || status is not (NegotiateAuthenticationStatusCode.ContinueNeeded or NegotiateAuthenticationStatusCode.Completed))
            {
                _negotiate.Dispose();
                (_negotiate, _next) = (null, null);
                return false;
            }
            _next = $"{_tried} {outgoing}";
            return true;
        }

        static string Scheme(string challenge) => challenge.Split(' ', 2)[0];

        static string? Token(List<string> offered, string scheme) =>
            offered.Find(line => Scheme(line).Equals(scheme, StringComparison.OrdinalIgnoreCase))?.Split(' ', 2) is [_, var token] ? token.Trim() : null;
    }

    ProxyCredentials? Credentials => credentials;

    // DOMAIN\user, as Windows people write it.
    NetworkCredential NetworkCredential() => credentials!.User.Split('\\', 2) is [var domain, var user]
        ? new NetworkCredential(user, credentials.Password, domain) : new NetworkCredential(credentials.User, credentials.Password);
}
