using Burrow.Core;
using Burrow.Session.Handshake;
using Burrow.Testing;
using Xunit;

namespace Burrow.Session.Tests.Handshake;

public sealed class HandshakeTests
{
    static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    static readonly SessionId Id = new(1, 2);
    static readonly Birth SomeBirth = new(17, 1, Mode.Encrypted, 0, "laptop");
    static readonly CallerContext Stranger = new(Mode.Plaintext, CarrierTrust.None);
    static readonly CallerContext Pinned = new(Mode.Encrypted, CarrierTrust.Tls, "alice");

    static JackHandshake Jack(Connection connection, CarrierTrust trust) => new(connection, trust, TimeSpan.FromMinutes(1), TimeProvider.System);

    static (FakeSession Jack, FakeSession Jenny, FakeDirectory Directory) Sessions(Mode mode)
    {
        var jack = new FakeSession(Id, mode, Key) { Epoch = 1, Sent = 1000, Received = 400 };
        var jenny = new FakeSession(Id, mode, Key) { Epoch = 1, Sent = 500, Received = 900 };
        return (jack, jenny, new FakeDirectory { Session = jenny, Credential = "alice" });
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(1)]
    public async Task Birth_UnderTls_GivesBothTheSameSession(int maxRead)
    {
        var (a, b) = MemoryConnection.CreatePair(maxRead: maxRead);
        var directory = new FakeDirectory();
        var jenny = JennyHandshake.RunAsync(b, Pinned, directory).AsTask();
        var result = await Jack(a, CarrierTrust.Tls).BirthAsync(SomeBirth);
        var born = Assert.IsType<JennyOutcome.Born>(await jenny);

        Assert.True(result.LinkStartsHere);
        Assert.True(born.LinkStartsHere);
        Assert.Equal(SomeBirth, born.Request.Message);
        Assert.Equal("alice", born.Request.Credential);
        Assert.Equal(born.Session.Id, result.Born!.Session);
        Assert.Equal(born.Session.ResumeKey.ToArray(), result.Born.ResumeKey.ToArray());
        Assert.Equal(0b1010, result.Born.WantedModes);
    }

    [Fact]
    public async Task Birth_OfAPlaintextSession_ClosesTheConnection()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var jenny = JennyHandshake.RunAsync(b, Pinned, new FakeDirectory()).AsTask();
        var result = await Jack(a, CarrierTrust.Tls).BirthAsync(SomeBirth with { Mode = Mode.Plaintext });
        Assert.False(result.LinkStartsHere);
        Assert.False(Assert.IsType<JennyOutcome.Born>(await jenny).LinkStartsHere);
        Assert.Equal(Connection.EndOfStream, await a.ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task Birth_OnAnAuthenticatedCarrier_HasNoVerdictAndStartsTheLink()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var jenny = JennyHandshake.RunAsync(b, new CallerContext(Mode.Plaintext, CarrierTrust.Carrier, "uid"), new FakeDirectory()).AsTask();
        var result = await Jack(a, CarrierTrust.Carrier).BirthAsync(SomeBirth);
        Assert.True(result.LinkStartsHere);
        Assert.True(Assert.IsType<JennyOutcome.Born>(await jenny).LinkStartsHere);
        Assert.Equal((byte)HandshakeType.Born, b.Written[1]);
    }

    [Fact]
    public async Task Birth_OfAStranger_IsRefusedAsAHint()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var directory = new FakeDirectory();
        var jenny = JennyHandshake.RunAsync(b, Stranger, directory).AsTask();
        var result = await Jack(a, CarrierTrust.None).BirthAsync(SomeBirth);
        Assert.Equal(EndCause.Denied, Assert.IsType<JennyOutcome.Refused>(await jenny).Reason.Cause);
        Assert.Equal(FailureKind.Hint, result.Failure!.Kind);
        Assert.False(result.Failure.IsFinal);
        Assert.Empty(directory.Births);
    }

    [Fact]
    public async Task Verdict_ThatRefuses_IsSaidBeforeAnythingIsReadAndIsFinal()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var refusal = new EndReason(EndPhase.Handshake, EndSide.Local, EndCause.Credential, "pin sha256:abc is not in the authorized file");
        var directory = new FakeDirectory();
        var jenny = JennyHandshake.RunAsync(b, Pinned with { Refusal = refusal }, directory).AsTask();
        Assert.Equal((byte)HandshakeType.Verdict, b.Written[1]);
        var result = await Jack(a, CarrierTrust.Tls).BirthAsync(SomeBirth);
        Assert.IsType<JennyOutcome.Refused>(await jenny);
        Assert.True(result.Failure!.IsFinal);
        Assert.Equal(EndCause.Credential, result.Failure.Reason.Cause);
        Assert.Equal(refusal.Detail, result.Failure.Reason.Detail);
        Assert.Empty(directory.Births);
    }

    [Fact]
    public async Task Birth_WhenBusy_IsRefusedButNotFinal()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var directory = new FakeDirectory { BirthRefusal = new EndReason(EndPhase.Attach, EndSide.Local, EndCause.Busy, "100 sessions") };
        var jenny = JennyHandshake.RunAsync(b, Pinned, directory).AsTask();
        var result = await Jack(a, CarrierTrust.Tls).BirthAsync(SomeBirth);
        await jenny;
        Assert.Equal((FailureKind.Refused, EndCause.Busy, false), (result.Failure!.Kind, result.Failure.Reason.Cause, result.Failure.IsFinal));
        Assert.Single(directory.Births);
    }

    [Theory]
    [InlineData(Mode.Plaintext, CarrierTrust.None, int.MaxValue)]
    [InlineData(Mode.Plaintext, CarrierTrust.None, 1)]
    [InlineData(Mode.Obfuscated, CarrierTrust.None, 3)]
    [InlineData(Mode.Encrypted, CarrierTrust.Tls, 1)]
    [InlineData(Mode.Encrypted, CarrierTrust.Carrier, 7)]
    public async Task Attach_WithTheKey_AgreesOnBothOffsets(Mode mode, CarrierTrust trust, int maxRead)
    {
        var (a, b) = MemoryConnection.CreatePair(maxRead: maxRead);
        var (jackSession, jennySession, directory) = Sessions(mode);
        var carrierMode = trust == CarrierTrust.Carrier ? Mode.Plaintext : mode;
        var jenny = JennyHandshake.RunAsync(b, new CallerContext(carrierMode, trust, trust == CarrierTrust.None ? null : "alice"), directory).AsTask();
        var result = await Jack(a, trust).AttachAsync(jackSession, 2);
        var attached = Assert.IsType<JennyOutcome.Attached>(await jenny);

        Assert.Null(result.Failure);
        Assert.Equal(new AttachPoint(2, SendFrom: 900, ReceiveFrom: 400), result.Point);
        Assert.Equal(new AttachPoint(2, SendFrom: 400, ReceiveFrom: 900), attached.Point);
        Assert.Equal((2ul, 2ul), (jackSession.Epoch, jennySession.Epoch));
    }

    [Fact]
    public async Task Attach_LeavesTheBytesThatFollowForTheLink()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var (jackSession, _, directory) = Sessions(Mode.Plaintext);
        var jenny = JennyHandshake.RunAsync(b, Stranger, directory).AsTask();
        Assert.Null((await Jack(a, CarrierTrust.None).AttachAsync(jackSession, 2)).Failure);
        await jenny;
        await a.WriteAsync("records"u8.ToArray());
        await b.WriteAsync("RECORDS"u8.ToArray());
        var buffer = new byte[100];
        Assert.Equal("records", System.Text.Encoding.ASCII.GetString(buffer, 0, await b.ReadAsync(buffer)));
        Assert.Equal("RECORDS", System.Text.Encoding.ASCII.GetString(buffer, 0, await a.ReadAsync(buffer)));
    }

    [Fact]
    public async Task Attach_WithAnotherKey_IsRefusedAndTouchesNothing()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var (_, jennySession, directory) = Sessions(Mode.Plaintext);
        var thief = new FakeSession(Id, Mode.Plaintext, new byte[32]) { Epoch = 1, Sent = 1000, Received = 400 };
        var jenny = JennyHandshake.RunAsync(b, Stranger, directory).AsTask();
        var result = await Jack(a, CarrierTrust.None).AttachAsync(thief, 50);
        Assert.Equal(EndCause.BadProof, Assert.IsType<JennyOutcome.Refused>(await jenny).Reason.Cause);
        Assert.Equal(FailureKind.Hint, result.Failure!.Kind);
        Assert.Equal((1ul, 0), (jennySession.Epoch, jennySession.Taken));
    }

    [Fact]
    public async Task Attach_ThatIsReplayed_IsRefused()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var (jackSession, jennySession, directory) = Sessions(Mode.Plaintext);
        var jenny = JennyHandshake.RunAsync(b, Stranger, directory).AsTask();
        Assert.Null((await Jack(a, CarrierTrust.None).AttachAsync(jackSession, 2)).Failure);
        await jenny;

        foreach (var epoch in new ulong[] { 1, 2, 9 }) // 9: with the epoch forged upward, so that only the proof stands in the way
        {
            jennySession.Epoch = Math.Min(jennySession.Epoch, epoch == 9 ? 2ul : 3ul);
            var replay = a.Written.ToArray();
            replay[4 + 1 + 16 + 7] = (byte)epoch;
            var (c, d) = MemoryConnection.CreatePair();
            await c.WriteAsync(replay);
            await c.CompleteAsync();
            var refused = Assert.IsType<JennyOutcome.Refused>(await JennyHandshake.RunAsync(d, Stranger, directory));
            Assert.Equal(epoch == 9 ? EndCause.BadProof : EndCause.StaleEpoch, refused.Reason.Cause);
            Assert.Equal((2ul, 1), (jennySession.Epoch, jennySession.Taken));
        }
    }

    [Fact]
    public async Task Attach_WithAStaleEpoch_LearnsTheEpochToExceed()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var (jackSession, jennySession, directory) = Sessions(Mode.Plaintext);
        jennySession.Epoch = 41;
        var jenny = JennyHandshake.RunAsync(b, Stranger, directory).AsTask();
        var result = await Jack(a, CarrierTrust.None).AttachAsync(jackSession, 2);
        await jenny;
        Assert.Equal((EndCause.StaleEpoch, 41ul, false), (result.Failure!.Reason.Cause, result.Failure.EpochToExceed, result.Failure.IsFinal));
    }

    [Fact]
    public async Task StaleEpoch_BeyondReason_IsNotBelieved()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var (jackSession, _, _) = Sessions(Mode.Plaintext);
        var buffer = new byte[HandshakeCodec.MaxEncoded];
        await b.WriteAsync(buffer.AsMemory(0, HandshakeCodec.Encode(new Refused(EndCause.StaleEpoch, ulong.MaxValue, ""), buffer)));
        var result = await Jack(a, CarrierTrust.None).AttachAsync(jackSession, 2);
        Assert.Equal((FailureKind.Lost, 0ul), (result.Failure!.Kind, result.Failure.EpochToExceed));
    }

    [Theory]
    [InlineData(CarrierTrust.None, false)]
    [InlineData(CarrierTrust.Tls, true)]
    public async Task UnknownSession_IsFinalOnlyUnderTls(CarrierTrust trust, bool final)
    {
        var (a, b) = MemoryConnection.CreatePair();
        var mode = trust == CarrierTrust.Tls ? Mode.Encrypted : Mode.Plaintext;
        var jenny = JennyHandshake.RunAsync(b, new CallerContext(mode, trust, "alice"), new FakeDirectory()).AsTask();
        var result = await Jack(a, trust).AttachAsync(Sessions(mode).Jack, 2);
        await jenny;
        Assert.Equal((EndCause.UnknownSession, final), (result.Failure!.Reason.Cause, result.Failure.IsFinal));
    }

    [Fact]
    public async Task Attach_UnderAnotherCredential_FindsNoSession()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var (jackSession, _, directory) = Sessions(Mode.Encrypted);
        var jenny = JennyHandshake.RunAsync(b, Pinned with { Credential = "mallory" }, directory).AsTask();
        var result = await Jack(a, CarrierTrust.Tls).AttachAsync(jackSession, 2);
        Assert.Equal(EndCause.UnknownSession, Assert.IsType<JennyOutcome.Refused>(await jenny).Reason.Cause);
        Assert.True(result.Failure!.IsFinal);
    }

    [Fact]
    public async Task Attach_OfAnEncryptedSession_IsRefusedOnAPlainCarrier()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var (jackSession, jennySession, directory) = Sessions(Mode.Encrypted);
        var jenny = JennyHandshake.RunAsync(b, Stranger, directory).AsTask();
        await Jack(a, CarrierTrust.None).AttachAsync(jackSession, 2);
        Assert.Equal(EndCause.Denied, Assert.IsType<JennyOutcome.Refused>(await jenny).Reason.Cause);
        Assert.Equal(0, jennySession.Taken);
    }

    [Fact]
    public async Task Attach_ThatClaimsMoreThanWasSent_IsAProtocolError()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var (jackSession, jennySession, directory) = Sessions(Mode.Plaintext);
        jackSession.Received = 501;
        var jenny = JennyHandshake.RunAsync(b, Stranger, directory).AsTask();
        await Jack(a, CarrierTrust.None).AttachAsync(jackSession, 2);
        Assert.Equal(EndCause.Protocol, Assert.IsType<JennyOutcome.Failed>(await jenny).Reason.Cause);
        Assert.Equal(0, jennySession.Taken);
    }

    [Fact]
    public async Task Attach_ToAJennyWithAnotherKey_IsNotBelieved()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var (jackSession, _, _) = Sessions(Mode.Plaintext);
        var buffer = new byte[HandshakeCodec.MaxEncoded];
        await b.WriteAsync(buffer.AsMemory(0, HandshakeCodec.Encode(new Challenge(default, 0), buffer)));
        await b.WriteAsync(buffer.AsMemory(0, HandshakeCodec.Encode(new Attached(0, default), buffer)));
        var result = await Jack(a, CarrierTrust.None).AttachAsync(jackSession, 2);
        Assert.Equal((FailureKind.Hint, EndCause.BadProof), (result.Failure!.Kind, result.Failure.Reason.Cause));
    }

    [Fact]
    public async Task Attach_GivenUpBeforeTheChallenge_LeavesTheOlderCarrierAlone()
    {
        var (a, _) = MemoryConnection.CreatePair();
        var (jackSession, _, _) = Sessions(Mode.Plaintext);
        using var recovered = new CancellationTokenSource();
        var attach = Jack(a, CarrierTrust.None).AttachAsync(jackSession, 2, recovered.Token).AsTask();
        await recovered.CancelAsync();
        Assert.Equal((FailureKind.Lost, EndCause.Stopped), ((await attach).Failure!.Kind, (await attach).Failure!.Reason.Cause));
        Assert.Equal(0, jackSession.Taken);
    }

    [Fact]
    public async Task Attach_OnceTheEpochIsTaken_GoesOn_ForThereIsNoWayBack()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var (jackSession, _, _) = Sessions(Mode.Plaintext);
        using var recovered = new CancellationTokenSource();
        var buffer = new byte[HandshakeCodec.MaxEncoded];
        await b.WriteAsync(buffer.AsMemory(0, HandshakeCodec.Encode(new Challenge(default, 0), buffer)));
        var attach = Jack(a, CarrierTrust.None).AttachAsync(jackSession, 2, recovered.Token).AsTask();
        Assert.Equal(1, jackSession.Taken);
        await recovered.CancelAsync();
        Assert.False(attach.IsCompleted);
        await b.WriteAsync(buffer.AsMemory(0, HandshakeCodec.Encode(new Attached(0, default), buffer)));
        Assert.Equal(EndCause.BadProof, (await attach).Failure!.Reason.Cause);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Query_UnderTls_IsAnswered(bool known)
    {
        var (a, b) = MemoryConnection.CreatePair();
        var jenny = JennyHandshake.RunAsync(b, Pinned, known ? Sessions(Mode.Plaintext).Directory : new FakeDirectory()).AsTask();
        var result = await Jack(a, CarrierTrust.Tls).QueryAsync(Id);
        Assert.Equal(new JennyOutcome.Queried(Id, known), await jenny);
        Assert.Equal((known, null), (result.Known, result.Failure));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(200_000, 300_001)]
    public async Task Measure_UnderTls_BringsAsManyBytesAsWereAskedFor(uint up, uint down)
    {
        var (a, b) = MemoryConnection.CreatePair();
        var result = Jack(a, CarrierTrust.Tls).MeasureAsync(up, down).AsTask();
        var asked = Assert.IsType<JennyOutcome.Measuring>(await JennyHandshake.RunAsync(b, Pinned, new FakeDirectory())).Asked;
        Assert.Equal(new Measure(up, down), asked);
        await Measurement.AnswerAsync(b, asked);
        Assert.Null((await result).Failure);
    }

    [Fact]
    public async Task Measure_BeyondTheBound_OrFromAStranger_IsRefused()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var buffer = new byte[HandshakeCodec.MaxEncoded];
        await a.WriteAsync(buffer.AsMemory(0, HandshakeCodec.Encode(new Measure(0, Measurement.MostBytes + 1), buffer)));
        await a.CompleteAsync();
        Assert.Equal(EndCause.Limit, Assert.IsType<JennyOutcome.Refused>(await JennyHandshake.RunAsync(b, Pinned, new FakeDirectory())).Reason.Cause);

        (a, b) = MemoryConnection.CreatePair();
        await a.WriteAsync(buffer.AsMemory(0, HandshakeCodec.Encode(new Measure(0, 1), buffer)));
        await a.CompleteAsync();
        Assert.Equal(EndCause.Denied, Assert.IsType<JennyOutcome.Refused>(await JennyHandshake.RunAsync(b, Stranger, new FakeDirectory())).Reason.Cause);
    }

    [Fact]
    public async Task AnotherVersion_IsToldSo()
    {
        var (a, b) = MemoryConnection.CreatePair();
        await a.WriteAsync(new byte[] { 0x82, 1, 0, 0 });
        await a.CompleteAsync();
        Assert.Equal(EndCause.Version, Assert.IsType<JennyOutcome.Refused>(await JennyHandshake.RunAsync(b, Stranger, new FakeDirectory())).Reason.Cause);
        Assert.Equal((byte)HandshakeType.Refused, b.Written[1]);
    }

    [Fact]
    public async Task Jenny_OnEveryTruncationOfAnAttach_FailsWithoutTouchingTheSession()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var (jackSession, _, directory) = Sessions(Mode.Plaintext);
        var jenny = JennyHandshake.RunAsync(b, Stranger, directory).AsTask();
        Assert.Null((await Jack(a, CarrierTrust.None).AttachAsync(jackSession, 2)).Failure);
        await jenny;
        var whole = a.Written.ToArray();
        for (var length = 0; length < whole.Length; length++)
        {
            var (_, jennySession, fresh) = Sessions(Mode.Plaintext);
            var (c, d) = MemoryConnection.CreatePair();
            await c.WriteAsync(whole.AsMemory(0, length));
            await c.CompleteAsync();
            Assert.Equal(EndCause.Closed, Assert.IsType<JennyOutcome.Failed>(await JennyHandshake.RunAsync(d, Stranger, fresh)).Reason.Cause);
            Assert.Equal(0, jennySession.Taken);
        }
    }

    [Fact]
    public async Task Jenny_OnRandomGarbage_NeverThrowsAndTouchesNothing()
    {
        var random = new Random(7);
        var (_, jennySession, directory) = Sessions(Mode.Plaintext);
        for (var i = 0; i < 3000; i++)
        {
            var bytes = new byte[random.Next(1, 300)];
            random.NextBytes(bytes);
            if (i % 2 == 0) (bytes[0], bytes[Math.Min(1, bytes.Length - 1)]) = (0x81, (byte)random.Next(0, 12));
            var (c, d) = MemoryConnection.CreatePair();
            await c.WriteAsync(bytes);
            await c.CompleteAsync();
            var outcome = await JennyHandshake.RunAsync(d, i % 3 == 0 ? Pinned : Stranger, directory);
            Assert.True(outcome is JennyOutcome.Failed or JennyOutcome.Refused or JennyOutcome.Queried or JennyOutcome.Born);
        }
        Assert.Equal(0, jennySession.Taken);
    }

    [Fact]
    public async Task Jack_OnEveryTruncationOfJennysAnswer_SaysThatTheCarrierWasLost()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var jenny = JennyHandshake.RunAsync(b, Pinned, new FakeDirectory()).AsTask();
        await Jack(a, CarrierTrust.Tls).BirthAsync(SomeBirth);
        await jenny;
        var whole = b.Written.ToArray();
        for (var length = 0; length < whole.Length; length++)
        {
            var (c, d) = MemoryConnection.CreatePair();
            await d.WriteAsync(whole.AsMemory(0, length));
            await d.CompleteAsync();
            Assert.Equal(FailureKind.Lost, (await Jack(c, CarrierTrust.Tls).BirthAsync(SomeBirth)).Failure!.Kind);
        }
    }

    [Fact]
    public async Task Abort_DuringAHandshake_EndsBothSidesWithTheirReason()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var jenny = JennyHandshake.RunAsync(b, Stranger, new FakeDirectory()).AsTask();
        var timedOut = new EndReason(EndPhase.Handshake, EndSide.Path, EndCause.TimedOut);
        b.Abort(timedOut);
        Assert.Equal(new JennyOutcome.Failed(timedOut), await jenny);
        var result = await Jack(a, CarrierTrust.None).AttachAsync(Sessions(Mode.Plaintext).Jack, 2);
        Assert.Equal((FailureKind.Lost, EndCause.Reset), (result.Failure!.Kind, result.Failure.Reason.Cause));
    }

    [Fact]
    public async Task Jack_WhenNobodyAnswers_TimesOut()
    {
        var (a, _) = MemoryConnection.CreatePair();
        var jack = new JackHandshake(a, CarrierTrust.None, TimeSpan.FromMilliseconds(1), TimeProvider.System);
        var result = await jack.AttachAsync(Sessions(Mode.Plaintext).Jack, 2);
        Assert.Equal((FailureKind.Lost, EndCause.TimedOut), (result.Failure!.Kind, result.Failure.Reason.Cause));
    }
}
