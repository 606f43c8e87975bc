using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Burrow.Carriers.Proxy;

namespace Burrow.Carriers.Http.Client;

/// <summary>
/// What one web carrier makes its requests with: HttpClient's defaults that hurt a tunnel are set here, each with its reason, and nowhere else. Every carrier has its own,
/// so that disposing it ends all of its connections and nobody else's.
/// </summary>
sealed class WebClient : IDisposable
{
    readonly HttpMessageInvoker _invoker;
    readonly string _origin;
    readonly AuthenticationHeaderValue? _proxyAuthorization;
    readonly ProxySettings _settings;
    long _number;

    public WebClient(CarrierUrl url, ProxySettings settings, TimeSpan connectTimeout)
    {
        (Url, _settings) = (url, settings);
        _origin = $"{(url.IsSecureWeb ? "https" : "http")}://{url.Target}";
        Proxy = settings.For(url.Scheme, url.Target!);
        var handler = new SocketsHttpHandler
        {
            UseProxy = Proxy is not null,
            Proxy = Proxy is null ? null : ToWebProxy(Proxy),
            ConnectTimeout = connectTimeout,
            // A redirect leads to a login page or somewhere else where Jenny is not.
            AllowAutoRedirect = false,
            UseCookies = false,
            // A compressed answer would wait for its end.
            AutomaticDecompression = DecompressionMethods.None,
            // Nobody's business.
            ActivityHeadersPropagator = null,
            // Pull, push and their retries side by side.
            MaxConnectionsPerServer = 16,
            // An unread rest of an answer is not worth the wait: the connection is closed.
            ResponseDrainTimeout = TimeSpan.Zero,
        };
        // Without HttpClient there is no timeout of 100 s and nothing is buffered.
        _invoker = new HttpMessageInvoker(handler, disposeHandler: true);
        // Sent at once, not after a 407 for every request. Inside a tunnel it would go to Jenny's web server.
        if (Proxy is { Kind: ProxyKind.Http, Credentials: { } who } && !url.IsSecureWeb)
            _proxyAuthorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{who.User}:{who.Password}")));
    }

    public CarrierUrl Url { get; }

    public ProxyServer? Proxy { get; }

    /// <summary>Who is talked to, for logs: the proxy, or Jenny.</summary>
    public EndPoint? Remote => (Proxy?.Address ?? Url.Target) is { Address: { } address } target ? new IPEndPoint(address, target.Port) : null;

    /// <summary>A request with the headers that every one of ours has.</summary>
    public HttpRequestMessage Make(WebRoute route)
    {
        var isGet = route.Kind is RouteKind.WebSocket or RouteKind.StreamDown or RouteKind.Pull;
        var path = route.ToPath(Url.Path!, Interlocked.Increment(ref _number));
        var request = new HttpRequestMessage(isGet ? HttpMethod.Get : HttpMethod.Post, _origin + path) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation("User-Agent", _settings.UserAgent);
        request.Headers.TryAddWithoutValidation("Accept", "*/*");
        request.Headers.TryAddWithoutValidation("Accept-Language", "en");
        if (isGet) request.Headers.TryAddWithoutValidation("Cache-Control", "no-cache, no-store");
        if (_proxyAuthorization is not null) request.Headers.ProxyAuthorization = _proxyAuthorization;
        foreach (var (name, value) in _settings.Headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }
        return request;
    }

    /// <summary>Sends a request; the answer's body is not waited for.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop) => _invoker.SendAsync(request, stop);

    public void Dispose() => _invoker.Dispose();

    static WebProxy ToWebProxy(ProxyServer proxy)
    {
        var scheme = proxy.Kind switch
        {
            ProxyKind.Http => "http",
            ProxyKind.Socks4 => "socks4",
            ProxyKind.Socks4a => "socks4a",
            _ => "socks5",
        };
        return new WebProxy($"{scheme}://{proxy.Address}")
        {
            // Answers a 407: Basic in a CONNECT, Digest, NTLM and Negotiate, as the platform can.
            Credentials = proxy.Credentials is { } who ? new NetworkCredential(who.User, who.Password) : null,
        };
    }
}
