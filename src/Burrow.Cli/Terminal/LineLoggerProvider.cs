using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Terminal;

/// <summary>Turns log events into lines of <paramref name="format"/>, from <paramref name="level"/> on.</summary>
internal sealed class LineLoggerProvider(LineWriter lines, LineFormat format, LogLevel level) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new LineLogger(lines, format, level, categoryName);

    /// <summary>Nothing: the writer is its maker's.</summary>
    public void Dispose()
    {
    }

    sealed class LineLogger(LineWriter lines, LineFormat format, LogLevel level, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= level && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) lines.Write(format.Line(logLevel, eventId, category, formatter(state, exception), state, exception));
        }
    }
}
