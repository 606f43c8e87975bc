using System.Globalization;
using Burrow.Core;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Burrow.Fuzz;

/// <summary>Numbers of bytes with the IEC symbols.</summary>
public sealed class ByteSizeProperties
{
    static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1L << 10, "1.0 KiB")]
    [InlineData((1L << 20) - 1, "1023 KiB")]
    [InlineData(1L << 20, "1.0 MiB")]
    [InlineData((1L << 30) - 1, "1023 MiB")]
    [InlineData(1L << 30, "1.0 GiB")]
    [InlineData((1L << 40) - 1, "1023 GiB")]
    [InlineData(1L << 40, "1.0 TiB")]
    [InlineData(long.MaxValue, "8388607 TiB")]
    public void R_SHD_45_Thresholds_AreThePowersOf2(long bytes, string shown) => Assert.Equal(shown, ByteSize.Format(bytes));

    [Fact]
    public void R_SHD_45_Shown_IsTheLargestUnitThatFits_AndNeverMoreThanThereIs() => Prop.ForAll(Near().ToArbitrary(), (long bytes) =>
    {
        var words = ByteSize.Format(bytes).Split(' ');
        var unit = Array.IndexOf(Units, words[1]);
        var size = 1L << (10 * unit);
        var shown = decimal.Parse(words[0], CultureInfo.InvariantCulture);
        Assert.True(bytes >= size || unit == 0, "the unit is too large");
        Assert.True(unit == Units.Length - 1 || bytes / size < 1024, "the unit is too small");
        Assert.True(shown * size <= bytes, "it is rounded up");
        Assert.True((decimal)bytes - (shown * size) < (decimal)size / (shown < 100 && unit > 0 ? 10 : 1), "it is rounded down too far");
        Assert.True(ByteSize.TryParse(words[0] + words[1], out var read) && read <= bytes, "what is shown is not understood");
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));

    // Around every power of 2, where units and digits change.
    static Gen<long> Near() =>
        from power in Gen.Choose(0, 52)
        from off in Gen.Choose(-2000, 2000)
        select Math.Max(0, (1L << power) + off);
}
