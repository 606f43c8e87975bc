using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Burrow.Bench.Survival;
using Xunit;

[assembly: SupportedOSPlatform("linux")]

namespace Burrow.Bench.Tests;

/// <summary>A measurement of loss that overlooks loss is worse than none.</summary>
public sealed class StreamAuditTests
{
    const int Words = 40_000;

    [Fact]
    public void Audit_OfAnIntactStream_CountsNothing()
    {
        var stream = Pattern();

        var audit = Read(stream, stream.Length, new Random(1));

        Assert.Equal((0, 0, stream.Length), (audit.Lost, audit.Doubled, audit.Position));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    [InlineData(65_536, 0)]
    [InlineData(0, 65_536)]
    public void Audit_OfOneFaultAtAnyByteOfAWord_CountsItsBytes(int lost, int doubled)
    {
        var stream = Pattern();
        for (var at = 100_000; at < 100_008; at++)
        {
            byte[] faulty = [.. stream[..at], .. stream[(at + lost - doubled)..]];

            var audit = Read(faulty, stream.Length, new Random(at));

            Assert.Equal((lost, doubled), (audit.Lost, audit.Doubled));
        }
    }

    [Fact]
    public void Audit_OfManyFaults_CountsEachToTheByte()
    {
        var stream = Pattern();
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var (faulty, lost, doubled) = Spoil(stream, random);

            var audit = Read(faulty, stream.Length, random);

            Assert.True((audit.Lost, audit.Doubled) == (lost, doubled), $"seed {seed}: lost {audit.Lost} of {lost}, doubled {audit.Doubled} of {doubled}");
        }
    }

    [Fact]
    public void Audit_OfAStreamThatEndsEarly_CountsTheRestAsLost()
    {
        var stream = Pattern();

        Assert.Equal(1_001, Read(stream[..^1_001], stream.Length, new Random(2)).Lost);
    }

    static byte[] Pattern()
    {
        var words = new ulong[Words];
        PositionPattern.Fill(words, 0);
        return MemoryMarshal.AsBytes(words.AsSpan()).ToArray();
    }

    static (byte[] Faulty, long Lost, long Doubled) Spoil(byte[] stream, Random random)
    {
        using var faulty = new MemoryStream();
        var (at, lost, doubled) = (0, 0L, 0L);
        for (var faults = random.Next(1, 6); faults > 0; faults--)
        {
            var intact = random.Next(1_000, 30_000);
            faulty.Write(stream, at, intact);
            at += intact;
            var jump = random.Next(1, 900) * (random.Next(2) == 0 ? 1 : -1);
            at += jump;
            lost += Math.Max(jump, 0);
            doubled += Math.Max(-jump, 0);
        }

        faulty.Write(stream, at, stream.Length - at);
        return (faulty.ToArray(), lost, doubled);
    }

    // In pieces, as a socket gives them: some of a few bytes, some large.
    static StreamAudit Read(byte[] stream, long sent, Random random)
    {
        var audit = new StreamAudit();
        for (var at = 0; at < stream.Length;)
        {
            var piece = Math.Min(random.Next(1, random.Next(2) == 0 ? 7 : 70_000), stream.Length - at);
            stream.AsSpan(at, piece).CopyTo(audit.Room.Span);
            audit.Advance(piece);
            at += piece;
        }

        audit.End(sent);
        return audit;
    }
}
