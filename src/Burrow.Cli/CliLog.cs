using Burrow.Core;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli;

/// <summary>Log events of the front door.</summary>
internal static partial class CliLog
{
    [LoggerMessage(EventId = 5001, Level = LogLevel.Warning, Message = "'burrow status' will not see this process: no socket in {Directory}: {Why}")]
    public static partial void NoStatus(ILogger logger, string directory, string why);

    [LoggerMessage(EventId = 5002, Level = LogLevel.Warning, Message = "'burrow status' has to wait: no caller can be accepted for now ({Reason})")]
    public static partial void StatusPaused(ILogger logger, EndReason reason);

    [LoggerMessage(EventId = 5003, Level = LogLevel.Information, Message = "'burrow status' is answered again")]
    public static partial void StatusResumed(ILogger logger);
}
