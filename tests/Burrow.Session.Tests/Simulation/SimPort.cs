using Burrow.Core;
using Burrow.Session.Mux;

namespace Burrow.Session.Tests.Simulation;

/// <summary>A channel's local end and the application behind it. It checks every byte and every order of calls that it is given.</summary>
sealed class SimPort : IChannelPort
{
    readonly SimWorld _world;
    readonly Session _session;
    readonly Channel _channel;
    readonly ChannelPlan _plan;
    readonly AppPlan _app;
    readonly bool _opener;
    long _written; // by the application, to be read by the session
    bool _writerClosed;
    bool _armed;
    int _held; // received, not yet read by the application
    bool _draining;
    bool _readScheduled;

    public SimPort(SimWorld world, Session session, Channel channel, ChannelPlan plan, bool opener)
    {
        (_world, _session, _channel, _plan, _opener) = (world, session, channel, plan, opener);
        _app = opener ? plan.Opener : plan.Acceptor;
        world.Clock.After(TimeSpan.Zero, AppWrites);
        if (_app.ResetAt is { } at) world.Clock.After(Later(at), AppResets);
        if (plan.SessionResetAt is { } reset && opener) world.Clock.After(Later(reset), () => session.Reset(channel, new EndReason(EndPhase.Relay, EndSide.Local, EndCause.Denied, "rule")));
    }

    public long Sent { get; private set; } // read by the session

    public long Delivered { get; private set; } // taken by the application's socket

    public bool PeerFinished { get; private set; }

    public bool SaidFinished { get; private set; }

    public bool Closed { get; private set; }

    public EndReason? Aborted { get; private set; }

    public EndReason? End { get; private set; }

    public long Held => 0;

    public bool Over => Closed || Aborted is not null;

    public Channel Channel => _channel;

    /// <summary>Looks around since the application has reset its end.</summary>
    public int SurveysAfterReset { get; set; }

    public string State => $"sent {Sent}/{_app.Total} delivered {Delivered} finished {SaidFinished} peer finished {PeerFinished} closed {Closed} aborted {Aborted} end {End} draining {_draining} armed {_armed} written {_written}";

    public int TryRead(Span<byte> buffer)
    {
        _world.Check(buffer.Length > 0, "a read of nothing");
        if (End is not null || Aborted is not null) return Connection.Aborted;
        _world.Check(!SaidFinished, "read after the end of stream");
        var count = (int)Math.Min(buffer.Length, _written - Sent);
        if (count == 0)
        {
            if (!_writerClosed) return Connection.WouldBlock;
            SaidFinished = true;
            return Connection.EndOfStream;
        }
        for (var i = 0; i < count; i++) buffer[i] = ChannelPlan.Pattern(_plan.Key, _opener, Sent + i);
        Sent += count;
        return count;
    }

    public void ArmRead()
    {
        _world.Check(!_armed, "armed twice");
        if (Readable)
        {
            _session.OnReadable(_channel);
            return;
        }
        _armed = true;
    }

    public int TryWrite(ReadOnlySpan<byte> buffer)
    {
        if (End is not null || Aborted is not null) return Connection.Aborted;
        _world.Check(!_draining, "the reader writes while the port drains");
        _world.EndOf(_session).Interleave();
        return Take(buffer);
    }

    public bool DetectReset() => !_armed && End is not null;

    public void Drain()
    {
        _world.Check(!_draining, "draining begun twice");
        _draining = true;
        DrainOn();
    }

    public void Complete()
    {
        _world.Check(!PeerFinished, "completed twice");
        _world.Check(!Closed, "completed after the close");
        _world.EndOf(_session).Interleave();
        PeerFinished = true;
        if (_app.CloseAfterReading) _world.Clock.After(_app.CloseDelay, AppCloses);
    }

    public void Close()
    {
        _world.Check(!Over, "closed twice, or after an abort");
        _world.Check(PeerFinished && SaidFinished, "closed before both directions have ended");
        Closed = true;
    }

    public void Abort(EndReason reason)
    {
        _world.Check(!Over, "aborted twice, or after a close");
        Aborted = reason;
        if (_draining) DrainOn();
    }

    bool Readable => _written > Sent || _writerClosed || End is not null || Aborted is not null;

    TimeSpan Later(TimeSpan at) => at > _world.Clock.Now ? at - _world.Clock.Now : TimeSpan.Zero;

    int Take(ReadOnlySpan<byte> buffer)
    {
        _world.Check(!PeerFinished, "bytes after the end of stream");
        var count = Math.Min(buffer.Length, _app.Room - _held);
        for (var i = 0; i < count; i++)
            if (buffer[i] != ChannelPlan.Pattern(_plan.Key, !_opener, Delivered + i)) _world.Fail($"channel {_plan.Key}: a wrong byte at {Delivered + i}");
        _held += count;
        Delivered += count;
        ScheduleRead();
        return count;
    }

    void DrainOn()
    {
        while (_session.PeekReceived(_channel, out var bytes))
        {
            if (End is not null)
            {
                _session.Reset(_channel, End);
                _session.PeekReceived(_channel, out _);
                break;
            }
            var count = Take(bytes.Span);
            if (count == 0) return; // goes on when the application has read
            _session.Delivered(_channel, count);
        }
        _draining = false;
    }

    void ScheduleRead()
    {
        if (_readScheduled || _held == 0) return;
        _readScheduled = true;
        var wait = _app.ReadEvery;
        if (Later(_app.StallUntil) is var stall && stall > wait) wait = stall;
        _world.Clock.After(wait, AppReads);
    }

    void AppReads()
    {
        _readScheduled = false;
        if (Over || End is not null) return;
        _held -= Math.Min(_held, _app.ReadSize);
        ScheduleRead();
        if (_draining) DrainOn();
    }

    void AppWrites()
    {
        if (Over || End is not null) return;
        if (_written == _app.Total)
        {
            if (!_app.CloseAfterReading) _world.Clock.After(_app.CloseDelay, AppCloses);
            return;
        }
        _written = Math.Min(_app.Total, _written + _app.WriteSize);
        Wake();
        _world.Clock.After(_app.WriteEvery, AppWrites);
    }

    void AppCloses()
    {
        if (Over || End is not null) return;
        if (_written < _app.Total)
        {
            _world.Clock.After(_app.WriteEvery + TimeSpan.FromMilliseconds(1), AppCloses);
            return;
        }
        _writerClosed = true;
        Wake();
    }

    void AppResets()
    {
        if (Over || End is not null) return;
        End = new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.Reset, "application");
        Wake();
        if (_draining) DrainOn();
    }

    void Wake()
    {
        if (!_armed) return;
        _armed = false;
        _session.OnReadable(_channel);
    }
}
