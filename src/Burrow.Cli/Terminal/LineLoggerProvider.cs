using System.Text;
using System.Text.Json;
using Burrow.Cli.Config;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Terminal;

/// <summary>Turns log events into lines: <c>burrow: LEVEL: text</c>, or a JSON object with <c>time</c>, <c>level</c>, <c>event</c>, <c>source</c>, <c>message</c> and the event's own values.</summary>
internal sealed class LineLoggerProvider(LineWriter lines, LogFormat format, LogLevel level, TimeProvider? time = null) : ILoggerProvider
{
    readonly TimeProvider _time = time ?? TimeProvider.System;

    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName);

    /// <summary>Nothing: the writer is its maker's.</summary>
    public void Dispose()
    {
    }

    /// <summary>The level's name in lines and settings.</summary>
    internal static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        _ => "error",
    };

    /// <summary>The line that stands in the place of so many for which nobody made room.</summary>
    internal static byte[] LeftOut(LogFormat format, int count)
    {
        // Its writer is its own here: the line goes where the others could not.
        using var provider = new LineLoggerProvider(null!, format, LogLevel.Warning);
        var message = $"{count} messages were left out";
        KeyValuePair<string, object?>[] values = [new("Count", count)];
        return format == LogFormat.Json ? provider.Json(LogLevel.Warning, new EventId(0, "LeftOut"), "log", message, values, null) : provider.Text(LogLevel.Warning, message, null);
    }

    byte[] Text(LogLevel of, string message, Exception? error)
    {
        var text = new StringBuilder("burrow: ").Append(Name(of)).Append(": ").Append(Printable.Text(message));
        if (error is not null) text.Append(": ").Append(Printable.Text(error.Message));
        text.Append('\n');
        if (error is not null && level == LogLevel.Trace) text.AppendJoin('\n', error.ToString().Split('\n').Select(line => Printable.Text(line))).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    byte[] Json<TState>(LogLevel of, EventId id, string source, string message, TState state, Exception? error)
    {
        using var buffer = new MemoryStream(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", _time.GetUtcNow().UtcDateTime);
            json.WriteString("level", Name(of));
            if (id.Name is not null) json.WriteString("event", id.Name);
            json.WriteString("source", source);
            json.WriteString("message", message);
            if (state is IReadOnlyList<KeyValuePair<string, object?>> values)
            {
                json.WriteStartObject("values");
                foreach (var (name, value) in values)
                {
                    if (name != "{OriginalFormat}") WriteValue(json, name, value);
                }
                json.WriteEndObject();
            }
            if (error is not null) json.WriteString("error", level == LogLevel.Trace ? error.ToString() : error.Message);
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    static void WriteValue(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null: json.WriteNull(name); break;
            case bool flag: json.WriteBoolean(name, flag); break;
            case int number: json.WriteNumber(name, number); break;
            case long number: json.WriteNumber(name, number); break;
            case double number when double.IsFinite(number): json.WriteNumber(name, number); break;
            default: json.WriteString(name, value.ToString()); break;
        }
    }

    sealed class LineLogger(LineLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= provider.Level && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            var message = formatter(state, exception);
            provider.Lines.Write(provider.Format == LogFormat.Json
                ? provider.Json(logLevel, eventId, category, message, state, exception)
                : provider.Text(logLevel, message, exception));
        }
    }

    LogLevel Level => level;

    LogFormat Format => format;

    LineWriter Lines => lines;
}
