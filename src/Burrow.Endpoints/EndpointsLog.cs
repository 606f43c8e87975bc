using System.Net;
using Burrow.Core;
using Microsoft.Extensions.Logging;

namespace Burrow.Endpoints;

/// <summary>Every message of this project. Event ids are stable: 2000–2999.</summary>
internal static partial class EndpointsLog
{
    [LoggerMessage(2000, LogLevel.Warning, "listening on {EndPoint}: can't accept for now, clients wait ({Reason})")]
    public static partial void AcceptPaused(ILogger logger, EndPoint? endPoint, EndReason reason);

    [LoggerMessage(2001, LogLevel.Information, "listening on {EndPoint}: accepts again")]
    public static partial void AcceptResumed(ILogger logger, EndPoint? endPoint);

    [LoggerMessage(2002, LogLevel.Error, "listening on {EndPoint}: a client could not be taken on")]
    public static partial void AcceptedFailed(ILogger logger, EndPoint? endPoint, Exception exception);
}
