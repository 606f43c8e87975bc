using Burrow.Core;
using Burrow.Session.Mux;
using Burrow.Session.Tests.Pairs;
using Xunit;

namespace Burrow.Session.Tests;

/// <summary>A short exchange with everything in it (open, data both ways, credit, half-close, reset), cut at each byte of each direction.</summary>
public sealed class CutAtEveryByteTests
{
    const int Ask = 9000; // beyond half of the smallest window, so that credit is renewed
    const int Answer = 300;

    [Theory]
    [InlineData(Mode.Encrypted, true)]
    [InlineData(Mode.Encrypted, false)]
    [InlineData(Mode.Plaintext, true)]
    [InlineData(Mode.Plaintext, false)]
    public void Resume_AfterACutAtAnyByte_DeliversEachByteOnce(Mode mode, bool fromJack)
    {
        var whole = new Exchange(mode, fromJack, cutAt: int.MaxValue).Run();
        Assert.True(whole > Answer, $"only {whole} bytes");
        for (var cut = 0; cut <= whole; cut++) new Exchange(mode, fromJack, cut).Run();
    }

    sealed class Exchange(Mode mode, bool cutFromJack, int cutAt)
    {
        // Small enough for Jenny's windows to be the smallest there are.
        readonly SessionPair _pair = new(mode, jennyBudget: 60_000);
        ScriptedPort? _served;
        ScriptedPort? _serverReset;
        int _passed;

        public int Run()
        {
            _pair.Jenny.OnOpen = Serve;
            _pair.Attach();
            var asked = _pair.Jack.Open("serve");
            asked.Write(SessionPair.Bytes(Ask));
            asked.Finish();
            var reset = _pair.Jack.Open("reset");
            reset.Write(SessionPair.Bytes(50));
            var refused = _pair.Jack.Open("refuse");

            for (var rounds = 0; Step(_pair.Jack, _pair.Jenny) | Step(_pair.Jenny, _pair.Jack) || rounds < 4; rounds++)
            {
                Assert.True(rounds < 1000);
                if (_serverReset is { Received.Length: 50, End: null }) _serverReset.Fail();
                _pair.Pass(TimeSpan.FromMilliseconds(30));
            }

            Assert.Equal(SessionPair.Bytes(Ask), _served!.Received);
            Assert.Equal(SessionPair.Bytes(Answer), asked.Received);
            Assert.Equal((1, 1, 1, 1), (asked.Completed, asked.Closed, _served.Completed, _served.Closed));
            Assert.Equal(EndCause.Reset, reset.Aborted?.Cause);
            Assert.Equal(EndCause.Denied, refused.Aborted?.Cause);
            Assert.Equal(3, _pair.Jenny.Offered.Count);
            _pair.AssertClean();
            _pair.Detach();
            return _passed;
        }

        void Serve(Channel channel)
        {
            if (channel.Request.Target!.Host == "refuse")
            {
                _pair.Jenny.Session.Refuse(channel, new EndReason(EndPhase.Accept, EndSide.Local, EndCause.Denied));
                return;
            }
            var port = _pair.Jenny.Accept(channel);
            if (channel.Request.Target!.Host == "reset")
            {
                _serverReset = port;
                return;
            }
            _served = port;
            port.Write(SessionPair.Bytes(Answer));
            port.Finish();
        }

        bool Step(PairEnd from, PairEnd to)
        {
            var batch = from.Produce(_pair.Now);
            if (batch.Length == 0) return false;
            var counts = from.Session.IsJack == cutFromJack;
            var take = counts ? Math.Min(batch.Length, cutAt - _passed) : batch.Length;
            if (counts && _passed > cutAt) take = batch.Length;
            Assert.Null(to.Session.Receive(to.Link!, batch.AsSpan(0, take), _pair.Now));
            if (counts) _passed += take;
            if (take == batch.Length) return true;
            _passed++; // once
            _pair.Attach();
            return true;
        }
    }
}
