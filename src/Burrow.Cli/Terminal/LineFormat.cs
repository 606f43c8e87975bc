using System.Text;
using System.Text.Json;
using Burrow.Cli.Config;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Terminal;

/// <summary>How a log event looks: <c>burrow: LEVEL: text</c>, or a JSON object with <c>time</c>, <c>level</c>, <c>event</c>, <c>source</c>, <c>message</c> and the event's own values. Thread-safe.</summary>
/// <param name="stacks">With stack traces.</param>
internal sealed class LineFormat(LogFormat format, bool stacks, TimeProvider? time = null)
{
    readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>The line of an event, in UTF-8, with its end.</summary>
    public byte[] Line<TState>(LogLevel level, EventId id, string source, string message, TState state, Exception? error) =>
        format == LogFormat.Json ? Json(level, id, source, message, state, error) : Text(level, message, error);

    /// <summary>The line that stands in the place of so many for which nobody made room.</summary>
    public byte[] LeftOut(int count) =>
        Line(LogLevel.Warning, new EventId(0, "LeftOut"), "log", $"{count} messages were left out", new KeyValuePair<string, object?>[] { new("Count", count) }, null);

    byte[] Text(LogLevel level, string message, Exception? error)
    {
        var text = new StringBuilder("burrow: ").Append(Name(level)).Append(": ").Append(Printable.Text(message));
        if (error is not null) text.Append(": ").Append(Printable.Text(error.Message));
        text.Append('\n');
        if (error is not null && stacks) text.AppendJoin('\n', error.ToString().Split('\n').Select(line => Printable.Text(line))).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    byte[] Json<TState>(LogLevel level, EventId id, string source, string message, TState state, Exception? error)
    {
        using var buffer = new MemoryStream(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", _time.GetUtcNow().UtcDateTime);
            json.WriteString("level", Name(level));
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
            if (error is not null) json.WriteString("error", stacks ? error.ToString() : error.Message);
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        _ => "error",
    };

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
}
