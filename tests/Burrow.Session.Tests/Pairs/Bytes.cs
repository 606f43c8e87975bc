using System.Buffers.Binary;
using Burrow.Session.Wire;

namespace Burrow.Session.Tests.Pairs;

/// <summary>Records and frames written by hand from docs/protocol.md §4 and §5, without the code under test, for an encrypted session.</summary>
static class Bytes
{
    public static byte[] Record(RecordType type, params ReadOnlySpan<byte> payload) =>
        [(byte)type, (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, .. payload];

    public static byte[] Ack(ulong received, ulong limit) => Record(RecordType.Ack, [.. U64(received), .. U64(limit)]);

    public static byte[] Stream(params byte[][] frames) => Record(RecordType.Stream, frames.SelectMany(frame => frame).ToArray());

    public static byte[] Frame(FrameType type, ulong channel, params ReadOnlySpan<byte> payload) =>
        [.. U64(((ulong)type << 56) | ((ulong)payload.Length << 36) | channel), .. payload];

    public static byte[] Open(ulong channel, ulong credit = 1000, string host = "h", string source = "s") =>
        Frame(FrameType.Open, channel, [.. U64(credit), .. U32(0), 0, 80, .. Text(host), .. Text(source)]);

    public static byte[] Opened(ulong channel, ulong credit = 1000) => Frame(FrameType.Opened, channel, U64(credit));

    public static byte[] Credit(ulong channel, ulong credit) => Frame(FrameType.Credit, channel, U64(credit));

    public static byte[] Data(ulong channel, int length) => Frame(FrameType.Data, channel, new byte[length]);

    public static byte[] Fin(ulong channel) => Frame(FrameType.Fin, channel);

    public static byte[] Reset(ulong channel) => Frame(FrameType.Reset, channel, [0, 6, 7, 0]);

    public static byte[] Listen(uint id) => Frame(FrameType.Listen, 0, [.. U32(id), 0, 80, .. Text("*"), .. Text("t")]);

    public static byte[] Unlisten(uint id) => Frame(FrameType.Unlisten, 0, U32(id));

    public static byte[] Text(string text) => [(byte)text.Length, .. System.Text.Encoding.UTF8.GetBytes(text)];

    public static byte[] U32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] U64(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }
}
