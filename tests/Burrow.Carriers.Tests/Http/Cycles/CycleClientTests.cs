using Burrow.Carriers.Http.Cycles;
using Xunit;

namespace Burrow.Carriers.Tests.Http.Cycles;

public sealed class CycleClientTests
{
    static readonly TimeSpan Now = TimeSpan.FromSeconds(1);

    static CycleRequest Next(CycleClient client) => client.Next(Now, out _) ?? throw new InvalidOperationException("no request");

    static void Answer(CycleClient client, CycleRequest pull, int length) =>
        client.OnAnswer(pull, new CycleAnswer(0, CycleTuning.Window, pull.First, new byte[length], Fin: false, Over: false), Now);

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
