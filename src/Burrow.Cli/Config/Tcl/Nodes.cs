namespace Burrow.Cli.Config.Tcl;

/// <summary>A piece of a word: characters, a variable, or a command in brackets.</summary>
internal abstract record Part(Span Span);

internal sealed record LiteralPart(Span Span, string Text) : Part(Span);

internal sealed record VariablePart(Span Span, string Name) : Part(Span);

internal sealed record BracketPart(Span Span, IReadOnlyList<CommandNode> Commands) : Part(Span);

/// <summary>A word as it was written.</summary>
/// <param name="Span">The word with its quotes or braces.</param>
/// <param name="Inner">The word without them.</param>
/// <param name="Parts">What it is made of.</param>
/// <param name="Braced">Whether it stood in braces: then <paramref name="Inner"/> may be read again as a script.</param>
internal sealed record WordNode(Span Span, Span Inner, IReadOnlyList<Part> Parts, bool Braced);

internal sealed record CommandNode(IReadOnlyList<WordNode> Words);

/// <summary>A word after substitution.</summary>
/// <param name="Text">Its value.</param>
/// <param name="Span">Where it was written.</param>
/// <param name="Inner">Where its characters stand when the value is exactly what was written (so that a place inside it can be shown), else null.</param>
internal sealed record Word(string Text, Span Span, Span? Inner)
{
    /// <summary>The word that an argument of the command line is.</summary>
    public static Word Argument(string option, string text) => new(text, SourceText.Argument(option, text).All, SourceText.Argument(option, text).All);

    /// <summary>The place of a part of the value, or of the whole word when it was substituted.</summary>
    public Span At(int start, int length) => Inner is { } inner ? inner with { Start = inner.Start + start, End = inner.Start + start + length } : Span;

    /// <summary>A part of this word as a word of its own.</summary>
    public Word Slice(int start, int length) => new(Text.Substring(start, length), At(start, length), Inner is null ? null : At(start, length));
}
