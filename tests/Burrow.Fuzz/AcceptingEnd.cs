using Burrow.Core;
using Burrow.Session;
using Burrow.Session.Link;
using Burrow.Session.Mux;

namespace Burrow.Fuzz;

/// <summary>An end of a session that accepts everything it is asked for.</summary>
sealed class AcceptingEnd : ISessionHandler
{
    static readonly byte[] Key = new byte[32];

    public AcceptingEnd(Mode mode, bool isJack)
    {
        Session = new Session.Session(new SessionId(1, 2), mode, Key, isJack, this, Budget);
        Link = Session.Attach(AttachPoint.Birth, TimeSpan.FromSeconds(1))!;
    }

    public CreditBudget Budget { get; } = new(CreditBudget.DefaultTotal);

    public Session.Session Session { get; }

    public LinkState Link { get; }

    public void OnOpen(Session.Session session, Channel channel)
    {
        if (channel.Id % 3 == 0) session.Refuse(channel, EndReason.Stopped);
        else session.Accept(channel, (owner, accepted) => new SourcePort(owner, accepted, 50));
    }

    public void OnOpened(Session.Session session, Channel channel)
    {
    }

    public void OnChannelEnded(Session.Session session, Channel channel)
    {
    }

    public void OnListen(Session.Session session, uint id, ListenRequest request) => session.Listening(id, request.Bind.Port);

    public void OnUnlisten(Session.Session session, uint id)
    {
    }

    public void OnListening(Session.Session session, uint id, int port)
    {
    }

    public void OnNotListening(Session.Session session, uint id, EndReason reason)
    {
    }

    public void OnSuspect(Session.Session session)
    {
    }

    public void OnRecovered(Session.Session session)
    {
    }

    public void OnEnded(Session.Session session, EndReason reason)
    {
    }
}

/// <summary>A local end that gives so many bytes, then its end, and takes a little at a time.</summary>
sealed class SourcePort(Session.Session session, Channel channel, int length) : IChannelPort
{
    int _left = length;
    bool _ended;

    public EndReason? End => null;

    public long Held => 0;

    public int TryRead(Span<byte> buffer)
    {
        if (_ended) return Connection.Aborted;
        var count = Math.Min(_left, buffer.Length);
        buffer[..count].Clear();
        _left -= count;
        return count; // none left: the end of the stream
    }

    public void ArmRead() => session.OnReadable(channel);

    public bool DetectReset() => false;

    public int TryWrite(ReadOnlySpan<byte> buffer) => _ended ? Connection.Aborted : Math.Min(buffer.Length, 3);

    public void Drain()
    {
        while (session.PeekReceived(channel, out var bytes)) session.Delivered(channel, bytes.Length);
    }

    public void Complete()
    {
    }

    public void Close() => _ended = true;

    public void Abort(EndReason reason) => _ended = true;
}
