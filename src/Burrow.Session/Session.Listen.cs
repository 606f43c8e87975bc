using Burrow.Core;
using Burrow.Session.Wire;

namespace Burrow.Session;

/// <summary>Listeners that one side asks the other for (docs/protocol.md §6).</summary>
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
        bool flood;
        lock (_gate)
        {
            if (_ended is not null) return;
            flood = _sessionFrames.Count >= 2 * SessionTuning.MaxPeerListeners;
            if (!flood) _sessionFrames.Enqueue(frame[..(WireFormat.FrameHeaderLength + length)]);
        }
        if (flood) Close(new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.Protocol, "asks for listeners and does not hear the answers"));
        Work.Set(inline: false);
    }
}
