using Burrow.Core;
using Burrow.Session.Mux;

namespace Burrow.Session;

/// <summary>
/// What a session's owner decides and wants to know. Called without the session's lock, on whatever thread fed the session: must not block and may call the session.
/// </summary>
public interface ISessionHandler
{
    /// <summary>The peer opens a channel. Answer, now or later, with <see cref="Session.Accept(Channel, Connection)"/> or <see cref="Session.Refuse"/>.</summary>
    void OnOpen(Session session, Channel channel);

    /// <summary>A channel that this side opened was accepted by the peer.</summary>
    void OnOpened(Session session, Channel channel);

    /// <summary>A channel is over: in order when <see cref="Channel.End"/> is null.</summary>
    void OnChannelEnded(Session session, Channel channel);

    /// <summary>The peer asks for a listener. Answer, now or later, with <see cref="Session.Listening"/> or <see cref="Session.NotListening"/>.</summary>
    void OnListen(Session session, uint id, ListenRequest request);

    /// <summary>The peer no longer wants that listener.</summary>
    void OnUnlisten(Session session, uint id);

    /// <summary>The peer listens, on that port.</summary>
    void OnListening(Session session, uint id, int port);

    /// <summary>The peer does not listen, or no longer.</summary>
    void OnNotListening(Session session, uint id, EndReason reason);

    /// <summary>The link is suspect: the dialling side may race another carrier against it.</summary>
    void OnSuspect(Session session);

    /// <summary>Something arrived on the suspect link: a race against it is pointless now.</summary>
    void OnRecovered(Session session);

    /// <summary>The session is over. Its channels are reset after this has returned.</summary>
    void OnEnded(Session session, EndReason reason);
}
