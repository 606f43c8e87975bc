using System.Text;
using Burrow.Endpoints.HostFiles;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Burrow.Fuzz;

/// <summary>Host files: whatever stands in one is refused with its line, or comes out as it came in; counters count in 64 bits and stop at the last.</summary>
public sealed class HostFileProperties
{
    static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(5000);

    // What people write, what they write wrongly, and bytes that nobody expects.
    static readonly Gen<string> Piece = Gen.Frequency(
        (8, Gen.Elements("10.0.0.1", "10.0.0.2", "host", "db.example", "::1", "fe80::1%eth0")),
        (6, Gen.Elements(" ", "  ", "\t", "\v", "\f", " \t ")),
        (6, Gen.Elements("\n", "\r\n", "\n\n")),
        (5, Gen.Elements("0", "1024", "9223372036854775808", "18446744073709551615", "007")),
        (3, Gen.Elements("#", "# file starts", "text", "-1", "1.5", "18446744073709551616", "10.0.0.0/8", "[::1]")),
        (1, from value in Gen.Choose(0, 255) select ((char)value).ToString()));

    static readonly Gen<byte[]> Content = from pieces in Gen.ListOf(Piece) select Encoding.Latin1.GetBytes(string.Concat(pieces));

    // Lines that are all understood, so that the properties of understood files are not tested on empty ones.
    static readonly Gen<string> Line = Gen.OneOf(
        Gen.Elements("", " ", "# note", "\t#", "\r"),
        from blank in Gen.Elements("", " ", "\t")
        from number in Gen.OneOf(Gen.Elements("", " 0", " 18446744073709551615", "\t18446744073709551614"), from n in Gen.Choose(0, int.MaxValue) select $" {n}")
        from rest in Gen.Elements("", " ", " # kept", "\r")
        select $"{blank}HOST{number}{rest}");

    static readonly Gen<byte[]> Understood =
        from lines in Gen.ListOf(Line)
        from end in Gen.Elements("", "\n")
        select Encoding.Latin1.GetBytes(string.Join('\n', lines.Select((line, i) => line.Replace("HOST", $"h{i}", StringComparison.Ordinal))) + end);

    [Fact]
    public void R_SHD_25_AnyBytes_AreRefusedWithTheirLine_OrWrittenAsTheyWere() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), (byte[] content) => { RoundTrip(content); }).Check(Thorough);

    [Fact]
    public void R_SHD_25_AnyWords_AreRefusedWithTheirLine_OrWrittenAsTheyWere() => Prop.ForAll(Content.ToArbitrary(), (byte[] content) => { RoundTrip(content); }).Check(Thorough);

    [Fact]
    public void R_SHD_25_UnderstoodLines_AreWrittenAsTheyWere() => Prop.ForAll(Understood.ToArbitrary(), (byte[] content) => Assert.True(RoundTrip(content))).Check(Thorough);

    [Fact]
    public void R_SHD_26_Counting_AddsAndSaturates_AndChangesNothingElse() => Prop.ForAll(
        Understood.ToArbitrary(), ArbMap.Default.ArbFor<ulong>(), ArbMap.Default.ArbFor<ulong>(), (content, first, second) =>
        {
            var file = HostFile.Parse("hosts", content);
            foreach (var entry in file.Entries)
            {
                var counted = HostFile.Parse("hosts", file.Count(entry.Host, first).Count(entry.Host, second).ToBytes());
                var sum = (UInt128)entry.Bytes + first + second;
                Assert.Equal(sum > ulong.MaxValue ? ulong.MaxValue : (ulong)sum, counted.BytesOf(entry.Host));
                Assert.Equal(file.Entries.Where(other => other.Host != entry.Host), counted.Entries.Where(other => other.Host != entry.Host));
                // Back at its old count the file is the old one, but for a number that was not there, or had zeros before it.
                var back = counted.Set(entry.Host, entry.Bytes);
                Assert.Equal(file.Entries, back.Entries);
                Assert.Equal(Encoding.Latin1.GetString(content).Count(c => c == '\n'), Encoding.Latin1.GetString(back.ToBytes()).Count(c => c == '\n'));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    /// <returns>Whether it was understood.</returns>
    static bool RoundTrip(byte[] content)
    {
        try
        {
            Assert.Equal(content, HostFile.Parse("hosts", content).ToBytes());
            return true;
        }
        catch (HostFileException refused)
        {
            Assert.Matches(@"^hosts:[0-9]+: ", refused.Message);
            return false;
        }
    }
}
