using Microsoft.Extensions.Logging;

namespace Burrow.Cli;

/// <summary>Log events of the front door.</summary>
internal static partial class CliLog
{
    [LoggerMessage(EventId = 5001, Level = LogLevel.Warning, Message = "'burrow status' will not see this process: no socket in {Directory}: {Why}")]
    public static partial void NoStatus(ILogger logger, string directory, string why);
}
