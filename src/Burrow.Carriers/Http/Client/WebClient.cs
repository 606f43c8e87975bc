using System.Net;
using System.Text;
using Burrow.Carriers.Proxy;
using Burrow.Core;

namespace Burrow.Carriers.Http.Client;

/// <summary>
/// What one web carrier makes its requests with: HttpClient's defaults that hurt a tunnel are set here, each with its reason, and nowhere else. Every carrier has its own,
/// so that disposing it ends all of its connections and nobody else's.
/// </summary>
sealed class WebClient : IDisposable
{
    readonly string _origin;
    readonly TimeSpan _connectTimeout;
    readonly ProxyAuthentication? _authentication;
    readonly ProxySettings _settings;
    readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    volatile HttpMessageInvoker _invoker;
    long _number;

    public WebClient(CarrierUrl url, ProxySettings settings, TimeSpan connectTimeout)
    {
        (Url, _settings, _connectTimeout) = (url, settings, connectTimeout);
        _origin = $"{(url.IsSecureWeb ? "https" : "http")}://{url.Target}";
        Proxy = settings.For(url.Scheme, url.Target!);
        // Inside a tunnel our word would go to Jenny's web server: there the platform answers the proxy.
        if (Proxy is { Kind: ProxyKind.Http, Credentials: not null } && !url.IsSecureWeb) _authentication = settings.AuthenticationFor(Proxy);
        _invoker = Invoker(proving: _authentication is { WantsConnection: true });
    }

    public CarrierUrl Url { get; }

    public ProxyServer? Proxy { get; }

    /// <summary>Completes when a connection is up, to the proxy or to Jenny.</summary>
    public Task Connected => _connected.Task;

    /// <summary>Who is talked to, for logs: the proxy, or Jenny.</summary>
    public EndPoint? Remote => (Proxy?.Address ?? Url.Target) is { Address: { } address } target ? new IPEndPoint(address, target.Port) : null;

    /// <param name="proving">The proxy is told who we are on each connection, before requests go over it; else by each request, or by the platform's CONNECT.</param>
    HttpMessageInvoker Invoker(bool proving)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = Proxy is not null,
            Proxy = Proxy is null ? null : ToWebProxy(Proxy, byPlatform: _authentication is null),
            ConnectCallback = proving ? async (_, stop) => new OwnedStream(await ProveAsync(stop)) : null,
            ConnectTimeout = _connectTimeout,
            PlaintextStreamFilter = (context, _) =>
            {
                _connected.TrySetResult();
                return new(context.PlaintextStream);
            },
            // A user's name in a Digest, which is sent as the bytes of its UTF-8.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
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
        return new HttpMessageInvoker(handler, disposeHandler: true);
    }

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
        foreach (var (name, value) in _settings.Headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }
        return request;
    }

    /// <summary>Sends a request, again where the proxy first says how it wants to be told who we are; the answer's body is not waited for.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop)
    {
        if (_authentication is not { WantsConnection: false } own) return await _invoker.SendAsync(request, stop);
        using var conversation = own.Begin(request.Method.Method, request.RequestUri!.AbsoluteUri);
        if (request.Content is not null && conversation.LacksNonce) await AskForNonceAsync(conversation, stop);
        Tell(request, conversation);
        while (true)
        {
            var response = await _invoker.SendAsync(request, stop);
            if (response.StatusCode != HttpStatusCode.ProxyAuthenticationRequired) conversation.Taken();
            if (response.StatusCode != HttpStatusCode.ProxyAuthenticationRequired || request.Content is OpenBody) return response;
            var challenges = Challenges(response);
            request = Copy(request);
            if (conversation.Challenged(challenges))
            {
                // How often a proxy may call the answer too old is bounded there.
                Tell(request, conversation);
                response.Dispose();
                continue;
            }
            if (!challenges.Any(challenge => challenge.StartsWith("NTLM", StringComparison.OrdinalIgnoreCase) || challenge.StartsWith("Negotiate", StringComparison.OrdinalIgnoreCase))) return response;
            own.WantsConnection = true;
            Interlocked.Exchange(ref _invoker, Invoker(proving: true)).Dispose();
            response.Dispose();
            return await _invoker.SendAsync(request, stop);
        }
    }

    // A request without a body costs little, and the proxy's no is all that is wanted of it.
    async ValueTask AskForNonceAsync(ProxyAuthentication.Conversation conversation, CancellationToken stop)
    {
        using var question = Make(new WebRoute(RouteKind.Pull, CarrierId.New()));
        using var response = await _invoker.SendAsync(question, stop);
        if (response.StatusCode == HttpStatusCode.ProxyAuthenticationRequired) conversation.Challenged(Challenges(response));
    }

    static List<string> Challenges(HttpResponseMessage response) => response.Headers.ProxyAuthenticate.Select(challenge => challenge.ToString()).ToList();

    // Jenny knows no cycles by that id: her page is short.
    ValueTask<Connection> ProveAsync(CancellationToken stop) =>
        ProvedConnection.DialAsync(Proxy!, Url.Target!, _origin + new WebRoute(RouteKind.End, CarrierId.New()).ToPath(Url.Path!, 0), _settings, _connectTimeout, stop);

    public void Dispose() => _invoker.Dispose();

    static void Tell(HttpRequestMessage request, ProxyAuthentication.Conversation conversation)
    {
        if (conversation.Header() is { } header) request.Headers.TryAddWithoutValidation("Proxy-Authorization", header);
    }

    /// <summary>A request can be sent only once; the bytes of its body stay.</summary>
    static HttpRequestMessage Copy(HttpRequestMessage request)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri) { Version = request.Version, VersionPolicy = request.VersionPolicy, Content = request.Content };
        foreach (var (name, values) in request.Headers.NonValidated)
            if (!name.Equals("Proxy-Authorization", StringComparison.OrdinalIgnoreCase)) copy.Headers.TryAddWithoutValidation(name, values);
        return copy;
    }

    static WebProxy ToWebProxy(ProxyServer proxy, bool byPlatform)
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
            Credentials = byPlatform && proxy.Credentials is { } who ? new NetworkCredential(who.User, who.Password) : null,
        };
    }
}
