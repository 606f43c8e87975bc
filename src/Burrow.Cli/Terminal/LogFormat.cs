namespace Burrow.Cli.Terminal;

/// <summary>How log lines are written.</summary>
internal enum LogFormat
{
    /// <summary><c>burrow: LEVEL: text</c>.</summary>
    Text,

    /// <summary>One JSON object a line.</summary>
    Json,
}
