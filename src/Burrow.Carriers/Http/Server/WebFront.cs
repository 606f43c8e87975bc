using Burrow.Core;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Burrow.Carriers.Http.Server;

/// <summary>
/// What answers HTTP at Jenny's port: Kestrel, without the rest of a web application. It starts with the first HTTP connection, so that who only has plain
/// carriers never loads it. Burrow's requests become carriers (docs/protocol.md §8); everything else gets the 404 of any web server.
/// </summary>
public sealed class WebFront : IAsyncDisposable, IHttpApplication<HttpContext>
{
    // How long requests may go on after the end: every session was told by then.
    static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(1);

    readonly PortTransport _transport = new();
    readonly Lazy<Task<KestrelServer>> _server;
    readonly CycleDoor _cycles = new(TimeProvider.System);
    readonly StreamDoor _streams = new();

    public WebFront() => _server = new(StartAsync);

    /// <summary>Serves one connection until Kestrel has done with it. Does not throw.</summary>
    /// <returns>Null if it brought carriers; else what it was.</returns>
    internal async Task<EndReason?> ServeAsync(Connection connection, Visit visit)
    {
        await _server.Value;
        var context = new PortConnection(connection, visit);
        await _transport.AddAsync(context);
        await context.Served;
        return visit.WasOurs ? null : connection.End is { Cause: EndCause.TimedOut or EndCause.Limit or EndCause.Busy } end
            ? end : new EndReason(EndPhase.Handshake, EndSide.Peer, EndCause.Protocol, "HTTP, answered by 404");
    }

    public async ValueTask DisposeAsync()
    {
        _cycles.Dispose();
        if (!_server.IsValueCreated) return;
        using var soon = new CancellationTokenSource(StopTimeout);
        var server = await _server.Value;
        await server.StopAsync(soon.Token);
        server.Dispose();
    }

    async Task<KestrelServer> StartAsync()
    {
        var options = new KestrelServerOptions();
        KestrelLimits.Apply(options);
        options.Listen(_transport.EndPoint, listen => listen.Protocols = HttpProtocols.Http1);
        var server = new KestrelServer(Options.Create(options), _transport, NullLoggerFactory.Instance);
        await server.StartAsync(this, CancellationToken.None);
        return server;
    }

    HttpContext IHttpApplication<HttpContext>.CreateContext(IFeatureCollection contextFeatures)
    {
        contextFeatures.GetRequiredFeature<Visit>().IsAnswering = true;
        return new DefaultHttpContext(contextFeatures);
    }

    async Task IHttpApplication<HttpContext>.ProcessRequestAsync(HttpContext context)
    {
        var visit = context.Features.GetRequiredFeature<Visit>();
        if (WebRoute.TryParse(context.Request.Path.Value, out var route) && await ServeAsync(context, route, visit)) return;
        await NotFoundAsync(context);
    }

    // The answer was flushed by now; Kestrel's own word on what could not be read comes after it.
    void IHttpApplication<HttpContext>.DisposeContext(HttpContext context, Exception? exception) => context.Features.GetRequiredFeature<Visit>().IsAnswering = false;

    ValueTask<bool> ServeAsync(HttpContext context, WebRoute route, Visit visit) => route.Kind switch
    {
        RouteKind.WebSocket => WebSocketDoor.ServeAsync(context, visit),
        RouteKind.StreamUp or RouteKind.StreamDown => _streams.ServeAsync(context, route, visit),
        _ => _cycles.ServeAsync(context, route, visit),
    };

    static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.ContentType = "text/plain";
        context.Response.ContentLength = 10;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync("not found\n"u8.ToArray()).AsTask();
    }
}
