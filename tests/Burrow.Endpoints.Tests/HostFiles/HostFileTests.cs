using System.Text;
using Burrow.Endpoints.HostFiles;
using Xunit;

namespace Burrow.Endpoints.Tests.HostFiles;

public sealed class HostFileTests
{
    static HostFile Parse(string text) => HostFile.Parse("hosts", Encoding.Latin1.GetBytes(text));

    static string Text(HostFile file) => Encoding.Latin1.GetString(file.ToBytes());

    [Fact]
    public void R_SHD_25_TwoLinesWithBlanksTabsCommentsAndNoFinalEnd_AreRead()
    {
        var file = Parse("# file starts\n\n \t\n10.0.0.1 1024\n\t10.0.0.2\t \t512\r\ndb.example\n::1 7 kept text # too");
        Assert.Equal([new("10.0.0.1", 1024), new("10.0.0.2", 512), new("db.example", 0), new("::1", 7)], file.Entries);
        Assert.Equal("db.example", file.Least?.Host);
    }

    [Fact]
    public void Least_OfEquals_IsTheFirst() => Assert.Equal("b", Parse("a 2\nb 1\nc 1\n").Least?.Host);

    [Fact]
    public void Least_OfNone_IsNull() => Assert.Null(Parse("# nothing\n").Least);

    [Theory]
    [InlineData("a 8589934592\n", "a 8589934593\n")]
    [InlineData("a 9223372036854775807\n", "a 9223372036854775808\n")]
    [InlineData("a 18446744073709551614\n", "a 18446744073709551615\n")]
    [InlineData("a 18446744073709551615\n", "a 18446744073709551615\n")]
    public void R_SHD_26_Counters_Hold64BitsAndSaturate(string before, string after) => Assert.Equal(after, Text(Parse(before).Count("a", 1)));

    [Theory]
    [InlineData("a 10\n", "a 15\n")]
    [InlineData("  a\t10\tmore text\r\nb 1", "  a\t15\tmore text\r\nb 1")]
    [InlineData("a", "a 5")]
    [InlineData("a # no number\n", "a 5 # no number\n")]
    [InlineData("A 1\n", "A 6\n")]
    [InlineData("b 1\n", "b 1\n")]
    public void Count_KeepsEverythingElse(string before, string after) => Assert.Equal(after, Text(Parse(before).Count("a", 5)));

    [Theory]
    [InlineData("a 10\n", "a 5\n")]
    [InlineData("", "a 5\n")]
    [InlineData("b 1", "b 1\na 5\n")]
    public void Set_ReplacesOrAppends(string before, string after) => Assert.Equal(after, Text(Parse(before).Set("a", 5)));

    [Theory]
    [InlineData("a 1\nb -1\n", "hosts:2: \"-1\" is no number of bytes")]
    [InlineData("a 18446744073709551616\n", "hosts:1: \"18446744073709551616\" is no number of bytes")]
    [InlineData("a 1.5\n", "hosts:1: \"1.5\"")]
    [InlineData("a ten\n", "hosts:1: \"ten\"")]
    [InlineData("# c\n\n10.0.0.300 4\n", "hosts:3: \"10.0.0.300\" is neither an address nor a host name")]
    [InlineData("10.0.0.0/8 4\n", "hosts:1: \"10.0.0.0/8\"")]
    [InlineData("a 1\nA 2\n", "hosts:2: \"A\" stands on line 1 already")]
    public void WrongLine_IsNamed(string content, string message)
    {
        var problem = Assert.Throws<HostFileException>(() => Parse(content));
        Assert.StartsWith(message, problem.Message, StringComparison.Ordinal);
        Assert.True(problem.IsContent);
    }

    /// <summary>Property: what is parsed and written again is byte for byte the same, and counting nothing changes nothing.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void WhatIsParsedAndWrittenAgain_IsByteEqual(int seed)
    {
        var random = new Random(seed);
        var understood = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var content = RandomContent(random);
            HostFile file;
            try
            {
                file = HostFile.Parse("hosts", content);
            }
            catch (HostFileException)
            {
                continue;
            }
            understood++;
            Assert.Equal(content, file.ToBytes());
            foreach (var entry in file.Entries)
            {
                var counted = HostFile.Parse("hosts", file.Count(entry.Host, 3).ToBytes());
                Assert.Equal(entry.Bytes + 3, counted.BytesOf(entry.Host));
                Assert.Equal(file.Entries.Where(other => other != entry), counted.Entries.Where(other => other.Host != entry.Host));
            }
        }
        Assert.True(understood > 5000);
    }

    // Mostly what people write, with bytes in between that nobody expects.
    static byte[] RandomContent(Random random)
    {
        string[] parts = ["10.0.0.1", "host", "db.example", "::1", "fe80::1", " ", "  ", "\t", "\n", "\r\n", "# note", "#", "12", "18446744073709551000", "0", "text", "\v", "\f"];
        var content = new List<byte>();
        for (var lines = random.Next(6); lines > 0; lines--)
        {
            for (var words = random.Next(5); words > 0; words--)
            {
                if (random.Next(40) == 0) content.Add((byte)random.Next(256));
                content.AddRange(Encoding.Latin1.GetBytes(parts[random.Next(parts.Length)]));
                if (random.Next(3) > 0) content.Add((byte)' ');
            }
            content.Add((byte)'\n');
        }
        return [.. content];
    }
}
