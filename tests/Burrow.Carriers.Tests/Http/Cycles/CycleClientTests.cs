using Burrow.Carriers.Http.Cycles;
using Xunit;

namespace Burrow.Carriers.Tests.Http.Cycles;

public sealed class CycleClientTests
{
    static readonly TimeSpan Now = TimeSpan.FromSeconds(1);

    static CycleRequest Next(CycleClient client) => client.Next(Now, out _) ?? throw new InvalidOperationException("no request");

    static void Answer(CycleClient client, CycleRequest pull, int length) =>
        client.OnAnswer(pull, new CycleAnswer(0, CycleTuning.Window, pull.First, new byte[length], Fin: false, Over: false), Now);

    [Theory]
    [InlineData(1L)]
    [InlineData(1L << 31)]
    [InlineData((1L << 32) - 64_000)]
    [InlineData(1L << 32)]
    [InlineData(long.MaxValue)]
    public void APullFromWhereNothingWasWritten_GetsNothing(long from)
    {
        var jenny = new CycleServer();
        jenny.Out.Write(new byte[1]);
        Assert.Null(jenny.Pull(from, 1_000_000, 0, isLate: false));
        Assert.True(jenny.Pull(from, 1_000_000, 0, isLate: true)!.Value.Bytes.IsEmpty);
        Assert.Throws<ArgumentOutOfRangeException>(() => jenny.Out.Copy(from, new byte[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => jenny.Out.Copy(0, new byte[2]));
    }

    [Fact]
    public void Pull_OfBytesThatCameBeforeTheirTurn_IsNotMadeAgain()
    {
        var client = new CycleClient();
        var first = Next(client);
        Answer(client, first, first.Length); // bytes come: from now on it asks ahead
        var (second, third, fourth) = (Next(client), Next(client), Next(client));
        Answer(client, third, third.Length);
        var fifth = Next(client);
        Assert.Equal(fourth.First + fourth.Length, fifth.First);

        // What the second left out lies before the third's bytes, and is asked for alone.
        Answer(client, second, second.Length - 1000);
        var rest = Next(client);
        Assert.Equal((second.First + second.Length - 1000, 1000), (rest.First, rest.Length));
    }
}
