using Burrow.Core;
using Burrow.Session;
using Burrow.Session.Link;
using Burrow.Session.Mux;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Burrow.Fuzz;

/// <summary>Whatever bytes arrive, a session answers with a reason, within bounded memory, and throws nothing.</summary>
public sealed class SessionFuzz
{
    const int Tests = 3000;

    // A channel object, its frames and its place in the tables, for every few bytes of an OPEN; and what the first frame needs.
    const long BytesAllocatedPerByte = 400;
    const long BytesAllocatedAnyway = 500_000;

    [Theory]
    [InlineData(Mode.Encrypted)]
    [InlineData(Mode.Plaintext)]
    public void Receive_OfAnyBytes_ThrowsNothing(Mode mode) =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), (byte[] bytes) => Feed(mode, bytes, 1 + (bytes.Length % 7))).Check(Config.QuickThrowOnFailure.WithMaxTest(Tests));

    [Fact]
    public void Receive_OfAnyRecordsAndFrames_ThrowsNothing() =>
        Prop.ForAll(Streams().ToArbitrary(), (byte[] bytes) => Feed(Mode.Encrypted, bytes, 1 + (bytes.Length % 1000))).Check(Config.QuickThrowOnFailure.WithMaxTest(Tests));

    [Theory]
    [InlineData(Mode.Encrypted)]
    [InlineData(Mode.Plaintext)]
    public void Receive_OfAValidStreamThatWasSpoiled_ThrowsNothing(Mode mode)
    {
        var valid = ValidStream(mode);
        Assert.Null(Receive(mode, valid, 100));
        var spoiled = from position in Gen.Choose(0, valid.Length - 1)
                      from value in Gen.Choose(1, 255)
                      from cut in Gen.Choose(0, 20)
                      select (position, value, cut);
        Prop.ForAll(spoiled.ToArbitrary(), ((int Position, int Value, int Cut) change) =>
        {
            var bytes = valid.ToArray();
            bytes[change.Position] ^= (byte)change.Value;
            var rest = Math.Min(bytes.Length, change.Position + change.Cut);
            Feed(mode, [.. bytes.AsSpan(0, change.Position), .. bytes.AsSpan(rest)], 13);
            Feed(mode, bytes, 1000);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Tests));
    }

    static void Feed(Mode mode, byte[] bytes, int piece)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var end = Receive(mode, bytes, piece);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(end is null or { Cause: EndCause.Protocol } or { Side: EndSide.Far }, end?.ToString());
        Assert.True(allocated < BytesAllocatedAnyway + (bytes.Length * BytesAllocatedPerByte), $"{allocated} bytes were allocated for {bytes.Length}");
    }

    static EndReason? Receive(Mode mode, byte[] bytes, int piece)
    {
        var jack = new AcceptingEnd(mode, isJack: true);
        EndReason? end = null;
        for (var start = 0; start < bytes.Length && end is null; start += piece)
        {
            end = jack.Session.Receive(jack.Link, bytes.AsSpan(start, Math.Min(piece, bytes.Length - start)), TimeSpan.FromSeconds(1));
            jack.Session.Produce(jack.Link, TimeSpan.FromSeconds(1));
        }
        jack.Session.Detach(jack.Link);
        jack.Session.Close(EndReason.Stopped);
        Assert.Equal(CreditBudget.DefaultTotal, jack.Budget.Free);
        return end;
    }

    /// <summary>What an honest Jenny says: opens, data, half-closes, a reset.</summary>
    static byte[] ValidStream(Mode mode)
    {
        var jenny = new AcceptingEnd(mode, isJack: false);
        for (var i = 0; i < 4; i++)
        {
            SourcePort? port = null;
            var channel = jenny.Session.Open(new OpenRequest(new Target("host", i), 0, "source"), null, (session, opened) => port = new SourcePort(session, opened, 300 * i));
            if (i == 2) jenny.Session.Reset(channel, EndReason.Stopped);
            Assert.NotNull(port);
        }
        jenny.Session.Listen(new ListenRequest(new Target("*", 80), "web"));
        var bytes = jenny.Session.Produce(jenny.Link, TimeSpan.FromSeconds(1)).ToArray();
        jenny.Session.Detach(jenny.Link);
        jenny.Session.Close(EndReason.Stopped);
        return bytes;
    }

    /// <summary>Records and frames with headers that are right and contents that are anything, which get further than plain noise.</summary>
    static Gen<byte[]> Streams()
    {
        var payload = Gen.Choose(0, 40).SelectMany(length => Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(length));
        var frame = from type in Gen.Elements<byte>(1, 2, 3, 3, 4, 5, 6, 16, 17, 18, 19, 7, 200)
                    from channel in Gen.Elements<byte>(0, 1, 2, 2, 3, 4, 6)
                    from rest in payload
                    select Header([type, 0, (byte)rest.Length, 0, 0, 0, 0, channel], type == 1 ? Open(rest) : rest, lengthAt: 1, lengthBytes: 2);
        var record = from type in Gen.Elements<byte>(1, 1, 1, 1, 2, 3, 4, 5, 6, 128)
                     from rest in type == 1 ? frame.NonEmptyListOf().Select(frames => frames.SelectMany(bytes => bytes).ToArray()) : payload
                     select Header([type, 0, 0, 0], rest, lengthAt: 1, lengthBytes: 3);
        return record.NonEmptyListOf().Select(records => records.SelectMany(bytes => bytes).ToArray());
    }

    // Half of the OPENs are right, so that there are channels.
    static byte[] Open(byte[] rest) => rest.Length % 2 == 0 ? rest : [0, 0, 0, 0, 0, 0, 9, 9, 0, 0, 0, 0, 0, 80, 1, (byte)'h', 0];

    static byte[] Header(byte[] header, byte[] payload, int lengthAt, int lengthBytes)
    {
        for (var i = 0; i < lengthBytes; i++) header[lengthAt + i] = (byte)(payload.Length >> (8 * (lengthBytes - 1 - i)));
        return [.. header, .. payload];
    }
}
