using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Burrow.Carriers.Http.Server;

/// <summary>Kestrel's defaults that would hurt a tunnel, and what stands in their place. Nowhere else.</summary>
static class KestrelLimits
{
    /// <summary>Longer than any proxy that we met keeps an idle connection for another request; the sockets of one that forgets it don't pile up.</summary>
    static readonly TimeSpan IdleConnection = TimeSpan.FromMinutes(2);

    /// <summary>As long as <see cref="Port.PortLimits"/> gives a caller to prove who it is.</summary>
    static readonly TimeSpan RequestHead = TimeSpan.FromSeconds(10);

    public static void Apply(KestrelServerOptions options)
    {
        var limits = options.Limits;
        // A tunnel that has nothing to say is no slow-loris attack: before a caller has proved who it is, the port's own bound and deadline hold.
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        // A streamed request has no end; what a cycle's request may hold is bounded where it is read.
        limits.MaxRequestBodySize = null;
        limits.KeepAliveTimeout = IdleConnection;
        limits.RequestHeadersTimeout = RequestHead;
        // The port counts callers already, and a Jack behind a proxy has a few connections for each session.
        limits.MaxConcurrentConnections = null;
        limits.MaxConcurrentUpgradedConnections = null;
        // Not to be told from any other web server.
        options.AddServerHeader = false;
        options.AllowSynchronousIO = false;
    }
}
