using Xunit;

namespace Burrow.Core.Tests;

public sealed class TextFormsTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1.0 KiB")]
    [InlineData(1024 * 1024 - 1, "1023 KiB")]
    [InlineData(1024 * 1024, "1.0 MiB")]
    [InlineData(12_900_000, "12.3 MiB")]
    [InlineData(512L << 30, "512 GiB")]
    [InlineData(1L << 40, "1.0 TiB")]
    [InlineData(1L << 62, "4194304 TiB")]
    [InlineData(-2048, "-2.0 KiB")]
    public void ByteSize_IsWrittenInPowersOfTwo(long bytes, string text) => Assert.Equal(text, ByteSize.Format(bytes));

    [Theory]
    [InlineData("512", 512)]
    [InlineData("512B", 512)]
    [InlineData("64k", 65536)]
    [InlineData("64K", 65536)]
    [InlineData("64KB", 65536)]
    [InlineData("64KiB", 65536)]
    [InlineData("64 KiB", 65536)]
    [InlineData("1MiB", 1 << 20)]
    [InlineData("10M", 10 << 20)]
    [InlineData("1.5g", 1610612736)]
    [InlineData("2T", 2L << 40)]
    public void ByteSize_IsReadAsTheTableSays(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out var parsed));
        Assert.Equal(bytes, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("k")]
    [InlineData("1.5")]
    [InlineData("-1")]
    [InlineData("1kk")]
    [InlineData("1x")]
    [InlineData("1..2k")]
    [InlineData("99999999T")]
    [InlineData("99999999999999999999999999999999999")]
    public void ByteSize_RefusesAnythingElse(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Theory]
    [InlineData("250ms", 0.25)]
    [InlineData("15s", 15)]
    [InlineData("1.5s", 1.5)]
    [InlineData("90", 90)]
    [InlineData("10m", 600)]
    [InlineData("24h", 86400)]
    [InlineData("7d", 604800)]
    public void Duration_IsReadAsTheTableSays(string text, double seconds)
    {
        Assert.True(Duration.TryParse(text, out var parsed));
        Assert.Equal(TimeSpan.FromSeconds(seconds), parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1 s")]
    [InlineData("1min")]
    [InlineData("10001d")]
    public void Duration_RefusesAnythingElse(string text) => Assert.False(Duration.TryParse(text, out _));

    [Theory]
    [InlineData(0.25, "250 ms")]
    [InlineData(1.49, "1.4 s")]
    [InlineData(12.9, "12 s")]
    [InlineData(200, "3 min 20 s")]
    [InlineData(7500, "2 h 5 min")]
    [InlineData(86400, "1 d")]
    [InlineData(-3, "-3.0 s")]
    public void Duration_IsWrittenInTwoUnitsAtMost(double seconds, string text) => Assert.Equal(text, Duration.Format(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("a", true)]
    [InlineData("db-1.example.com", true)]
    [InlineData("db_1.example.com.", true)]
    [InlineData("3com.com", true)]
    [InlineData("10.1.2.3.4", false)]
    [InlineData("a..b", false)]
    [InlineData("a b", false)]
    [InlineData("-a", false)]
    [InlineData(".", false)]
    [InlineData("*.a", false)]
    public void HostName_HasTheFormOfOne(string text, bool valid) => Assert.Equal(valid, HostName.IsValid(text));
}
