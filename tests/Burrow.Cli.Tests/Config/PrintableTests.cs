using Burrow.Cli.Config;
using Xunit;

namespace Burrow.Cli.Tests.Config;

public sealed class PrintableTests
{
    [Theory]
    [InlineData("plain text ~", "plain text ~")]
    [InlineData("Grüße, 世界 😀", "Grüße, 世界 😀")]
    [InlineData("a\u001b[2Jb\nc\td\u009b", "a\\x1b[2Jb\\nc\\td\\x9b")]
    [InlineData("user\u202egnp.exe", "user\\u202egnp.exe")] // right-to-left override
    [InlineData("\u2066x\u2069\u200b\ufeff", "\\u2066x\\u2069\\u200b\\ufeff")] // isolates, zero width
    [InlineData("one\u2028two\u2029", "one\\u2028two\\u2029")]
    [InlineData("tag \U000e0041", "tag \\U000e0041")]
    public void WhatCanNotBeSeen_IsWrittenOut(string text, string shown) => Assert.Equal(shown, Printable.Text(text));

    [Fact]
    public void WhatIsNoUnicode_IsReplaced() => Assert.Equal("half \ufffd", Printable.Text("half \ud83d"));

    [Fact]
    public void Tabs_StayWhereTheyAreWanted() => Assert.Equal("a\tb\\n", Printable.Text("a\tb\n", keepTabs: true));
}
