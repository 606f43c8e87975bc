namespace Burrow.Cli.Config;

/// <summary>A text that a person wrote: a configuration file, or one argument of the command line. Knows where its lines are.</summary>
internal sealed class SourceText
{
    readonly List<int> _lineStarts = [0];

    SourceText(string name, string text, bool isFile)
    {
        Name = name;
        Text = text;
        IsFile = isFile;
        for (var at = text.IndexOf('\n'); at >= 0; at = text.IndexOf('\n', at + 1)) _lineStarts.Add(at + 1);
    }

    /// <summary>The file's path as it was given, or the option's name.</summary>
    public string Name { get; }

    public string Text { get; }

    public bool IsFile { get; }

    public static SourceText File(string path, string text) => new(path, text.Replace("\r\n", "\n", StringComparison.Ordinal), isFile: true);

    public static SourceText Argument(string option, string text) => new(option, text, isFile: false);

    /// <summary>Line and column of an offset, both from 1; the column counts UTF-16 units, as editors do.</summary>
    public (int Line, int Column) Locate(int offset)
    {
        var index = _lineStarts.BinarySearch(offset);
        if (index < 0) index = ~index - 1;
        return (index + 1, offset - _lineStarts[index] + 1);
    }

    /// <summary>The text of a line (from 1) without its end.</summary>
    public string Line(int line)
    {
        var start = _lineStarts[line - 1];
        var end = line < _lineStarts.Count ? _lineStarts[line] - 1 : Text.Length;
        return Text[start..end];
    }

    public Span All => new(this, 0, Text.Length);
}

/// <summary>A part of a text: [Start, End).</summary>
internal readonly record struct Span(SourceText Source, int Start, int End)
{
    /// <summary><c>burrow.conf:3:15</c>, or the option's name.</summary>
    public override string ToString()
    {
        if (!Source.IsFile) return Source.Name;
        var (line, column) = Source.Locate(Start);
        return $"{Source.Name}:{line}:{column}";
    }
}
