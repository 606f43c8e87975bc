using Burrow.Core;
using Burrow.Session.Wire;

namespace Burrow.Session;

/// <summary>Listeners that one side asks the other for (docs/protocol.md §6). What an owner calls here never calls its handler: it may hold a lock that the handler takes.</summary>
public sealed partial class Session
{
    delegate int PayloadOf(Span<byte> payload);

    /// <summary>Asks the peer to listen. The answer comes as <see cref="ISessionHandler.OnListening"/> or <see cref="ISessionHandler.OnNotListening"/>.</summary>
    /// <returns>The id that names the listener in this session.</returns>
    public uint Listen(ListenRequest request)
    {
        uint id;
        lock (_gate) id = _nextListen++;
        Say(FrameType.Listen, payload => ControlFrames.WriteListen(payload, id, request));
        return id;
    }

    /// <summary>The peer need not listen any more; its channels go on.</summary>
    public void Unlisten(uint id) => Say(FrameType.Unlisten, payload => ControlFrames.WriteUnlisten(payload, id));

    /// <summary>Answers <see cref="ISessionHandler.OnListen"/>: we do, on that port.</summary>
    public void Listening(uint id, int port) => Say(FrameType.Listening, payload => ControlFrames.WriteListening(payload, id, port));

    /// <summary>Answers <see cref="ISessionHandler.OnListen"/>: we don't, or no longer.</summary>
    public void NotListening(uint id, EndReason reason)
    {
        lock (_gate) _peerListens.Remove(id);
        Say(FrameType.NotListening, payload => ControlFrames.WriteNotListening(payload, id, reason));
    }

    // Rare and small: these frames are made at once and wait in order. Who asks for listeners faster than it lets us answer is no honest peer.
    void Say(FrameType type, PayloadOf write)
    {
        var frame = new byte[WireFormat.FrameHeaderLength + WireFormat.MaxControlPayload];
        var length = write(frame.AsSpan(WireFormat.FrameHeaderLength));
        new FrameHeader(type, length, 0).Write(frame);
        lock (_gate)
        {
            if (_ended is not null) return;
            if (_sessionFrames.Count < 2 * SessionTuning.MaxPeerListeners) _sessionFrames.Enqueue(frame[..(WireFormat.FrameHeaderLength + length)]);
            else _flooded = true;
        }
        Work.Set(inline: false);
    }

    bool _flooded; // more was to be said about listeners than anybody keeps; guarded by the lock

    /// <summary>Ends a session whose peer does not hear what is said about listeners. By who calls the session for his own sake and holds no lock: the reader at once, the survey when there is none.</summary>
    void CloseFlooded()
    {
        bool flooded;
        lock (_gate) flooded = _flooded;
        if (flooded) Close(new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.Protocol, "asks for listeners and does not hear the answers"));
    }
}
