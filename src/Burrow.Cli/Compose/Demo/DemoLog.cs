using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Demo;

/// <summary>Log events of the demonstration.</summary>
static partial class DemoLog
{
    [LoggerMessage(5101, LogLevel.Debug, "{Role}: {Line}")]
    public static partial void ChildSaid(ILogger logger, string role, string line);
}
