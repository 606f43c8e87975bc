using Burrow.Core;

namespace Burrow.Session.Wire;

/// <summary>The payloads of the control frames (docs/protocol.md §5), each with its writer and reader side by side.</summary>
static class ControlFrames
{
    public static int WriteOpen(Span<byte> payload, OpenRequest request, ulong credit)
    {
        var writer = new PayloadWriter(payload);
        writer.U64(credit);
        writer.U32(request.Listen);
        writer.U16(request.Target?.Port ?? 0);
        writer.Text(request.Target?.Host);
        writer.Text(request.Source);
        return writer.Length;
    }

    public static (OpenRequest Request, ulong Credit) ReadOpen(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        var credit = reader.U64();
        var listen = reader.U32();
        var port = reader.U16();
        var host = reader.Text();
        var source = reader.Text();
        reader.End();
        if (listen == 0 && host.Length == 0) throw new ProtocolException("OPEN without a target");
        return (new OpenRequest(listen == 0 ? new Target(host, port) : null, listen, source), credit);
    }

    public static int WriteU64(Span<byte> payload, ulong value)
    {
        var writer = new PayloadWriter(payload);
        writer.U64(value);
        return writer.Length;
    }

    public static ulong ReadU64(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        var value = reader.U64();
        reader.End();
        return value;
    }

    public static int WriteReset(Span<byte> payload, EndReason reason)
    {
        var writer = new PayloadWriter(payload);
        writer.U16((int)reason.Cause);
        writer.U8((byte)reason.Phase);
        writer.Text(reason.Detail);
        return writer.Length;
    }

    public static EndReason ReadReset(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        var cause = ReadCause(reader.U16());
        var phase = (EndPhase)reader.U8();
        var text = reader.Text();
        reader.End();
        return new EndReason(phase <= EndPhase.Close ? phase : EndPhase.Relay, EndSide.Far, cause, text.Length == 0 ? null : text);
    }

    public static int WriteListen(Span<byte> payload, uint id, ListenRequest request)
    {
        var writer = new PayloadWriter(payload);
        writer.U32(id);
        writer.U16(request.Bind.Port);
        writer.Text(request.Bind.Host);
        writer.Text(request.Target);
        return writer.Length;
    }

    public static (uint Id, ListenRequest Request) ReadListen(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        var id = reader.U32();
        var port = reader.U16();
        var host = reader.Text();
        var target = reader.Text();
        reader.End();
        if (id == 0) throw new ProtocolException("LISTEN with id 0");
        return (id, new ListenRequest(new Target(host, port), target));
    }

    public static int WriteListening(Span<byte> payload, uint id, int port)
    {
        var writer = new PayloadWriter(payload);
        writer.U32(id);
        writer.U16(port);
        return writer.Length;
    }

    public static (uint Id, int Port) ReadListening(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        var (id, port) = (reader.U32(), reader.U16());
        reader.End();
        return (id, port);
    }

    public static int WriteNotListening(Span<byte> payload, uint id, EndReason reason)
    {
        var writer = new PayloadWriter(payload);
        writer.U32(id);
        writer.U16((int)reason.Cause);
        writer.Text(reason.Detail);
        return writer.Length;
    }

    public static (uint Id, EndReason Reason) ReadNotListening(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        var id = reader.U32();
        var cause = ReadCause(reader.U16());
        var text = reader.Text();
        reader.End();
        return (id, new EndReason(EndPhase.Listen, EndSide.Far, cause, text.Length == 0 ? null : text));
    }

    public static int WriteUnlisten(Span<byte> payload, uint id)
    {
        var writer = new PayloadWriter(payload);
        writer.U32(id);
        return writer.Length;
    }

    public static uint ReadUnlisten(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        var id = reader.U32();
        reader.End();
        return id;
    }

    /// <summary>A code that this version does not know reads as "failed" (§7).</summary>
    public static EndCause ReadCause(int code) => code <= (int)EndCause.Failed ? (EndCause)code : EndCause.Failed;
}
