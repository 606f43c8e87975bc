using System.Text;
using Burrow.Cli.Config.Tcl;

namespace Burrow.Cli.Config;

/// <summary>Reads a configuration file into settings.</summary>
internal static class ConfigFile
{
    static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the file; what can't be read is a problem, too.</summary>
    public static void Read(string path, Settings settings, ProblemList problems)
    {
        string text;
        try
        {
            using var file = File.OpenRead(path);
            // A device or a pipe would never end: what counts is what was read, not what the file says of its length.
            var bytes = new byte[(Interpreter.MaxScript * 4) + 4];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            ReadOnlySpan<byte> content = bytes.AsSpan(0, length);
            text = StrictUtf8.GetString(content.StartsWith(Encoding.UTF8.Preamble) ? content[3..] : content);
        }
        catch (DecoderFallbackException)
        {
            problems.Add(null, $"{Printable.Text(path)}: this is no text in UTF-8");
            return;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problems.Add(null, $"{Printable.Text(path)}: can't be read: {Why(path, error)}");
            return;
        }
        Read(SourceText.File(path, text), settings, problems);
    }

    static string Why(string path, Exception error) =>
        error is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : Directory.Exists(path) ? "this is a directory" : error.Message;

    /// <summary>Evaluates a text.</summary>
    public static void Read(SourceText source, Settings settings, ProblemList problems)
    {
        foreach (var command in new Interpreter(problems).Run(source))
        {
            if (command.Words[0].Text == "config") ReadConfig(command.Words, settings, problems);
            else if (MapReader.Command(command.Words, problems) is { } map) settings.Maps.Add(map);
        }
    }

    static void ReadConfig(IReadOnlyList<Word> words, Settings settings, ProblemList problems)
    {
        if (words.Count < 2)
        {
            problems.Add(words[0].Span, "wrong number of words: should be \"config NAME VALUE\"");
            return;
        }
        var name = words[1];
        if (!SettingTable.ByName.TryGetValue(name.Text, out var setting))
        {
            problems.Add(name.Span, $"unknown setting \"{Printable.Text(name.Text)}\"; {Nearest.Hint(name.Text, SettingTable.ByName.Keys)}");
            return;
        }
        if (words.Count < 3) problems.Add(name.Span, $"{setting.Name} needs a value: should be \"config {setting.Name} {setting.Value}\"");
        else if (words.Count > 3 && !setting.Repeats) problems.Add(words[3].Span, $"{setting.Name} takes one value: should be \"config {setting.Name} {setting.Value}\"");
        else foreach (var value in words.Skip(2)) setting.Read(settings, value, problems);
    }
}
