using Burrow.Core;
using Burrow.Session.Mux;

namespace Burrow.Session.Tests.Pairs;

/// <summary>A channel's local end that does what a test says.</summary>
sealed class ScriptedPort(Session session, Channel channel) : IChannelPort
{
    readonly Queue<byte> _toSend = new();
    readonly List<byte> _received = [];
    bool _finished;
    bool _armed;
    bool _draining;

    /// <summary>How many more bytes the application takes.</summary>
    public int Room { get; private set; } = int.MaxValue;

    /// <summary>The most that one read gives, as a wrapper does that hands on one piece at a time.</summary>
    public int ReadSize { get; set; } = int.MaxValue;

    /// <summary>What another thread does while the session's reader is in the middle of a write to this port.</summary>
    public Action? Meanwhile { get; set; }

    public byte[] Received => [.. _received];

    public int Completed { get; private set; }

    public int Closed { get; private set; }

    public EndReason? Aborted { get; private set; }

    public EndReason? End { get; private set; }

    public long Held => 0;

    public Channel Channel => channel;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes) _toSend.Enqueue(value);
        Wake();
    }

    public void Finish()
    {
        _finished = true;
        Wake();
    }

    public void Fail()
    {
        End = new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.Reset);
        Wake();
    }

    /// <summary>The application takes no more than so many further bytes.</summary>
    public void Allow(int room)
    {
        Room = room;
        if (_draining) DrainOn();
    }

    public int TryRead(Span<byte> buffer)
    {
        if (End is not null || Aborted is not null) return Connection.Aborted;
        var count = 0;
        while (count < buffer.Length && count < ReadSize && _toSend.TryDequeue(out var value)) buffer[count++] = value;
        if (count > 0) return count;
        return _finished ? Connection.EndOfStream : Connection.WouldBlock;
    }

    public void ArmRead()
    {
        _armed = true;
        if (_toSend.Count > 0 || _finished || End is not null) Wake();
    }

    public int TryWrite(ReadOnlySpan<byte> buffer)
    {
        var meanwhile = Meanwhile;
        Meanwhile = null;
        meanwhile?.Invoke();
        if (End is not null || Aborted is not null) return Connection.Aborted;
        var count = Math.Min(Room, buffer.Length);
        Room -= count;
        _received.AddRange(buffer[..count]);
        return count;
    }

    public bool DetectReset() => !_armed && End is not null;

    public void Drain()
    {
        _draining = true;
        DrainOn();
    }

    public void Complete() => Completed++;

    public void Close() => Closed++;

    public void Abort(EndReason reason)
    {
        Aborted = reason;
        if (_draining) DrainOn();
    }

    void DrainOn()
    {
        while (session.PeekReceived(channel, out var bytes))
        {
            var count = TryWrite(bytes.Span);
            if (count == 0) return;
            if (count < 0)
            {
                session.Reset(channel, End!);
                continue;
            }
            session.Delivered(channel, count);
        }
        _draining = false;
    }

    void Wake()
    {
        if (!_armed) return;
        _armed = false;
        session.OnReadable(channel);
    }
}
