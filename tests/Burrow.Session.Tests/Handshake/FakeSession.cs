using Burrow.Core;
using Burrow.Session.Handshake;

namespace Burrow.Session.Tests.Handshake;

/// <summary>A session as a handshake sees it: offsets, an epoch and a key.</summary>
sealed class FakeSession(SessionId id, Mode mode, byte[] resumeKey) : IAttachable
{
    public SessionId Id => id;

    public Mode Mode => mode;

    public ReadOnlyMemory<byte> ResumeKey => resumeKey;

    public ulong Epoch { get; set; }

    public ulong Received { get; set; }

    public ulong Sent { get; set; }

    public int Taken { get; private set; }

    public TakeResult TryTakeEpoch(ulong epoch, ulong peerReceived)
    {
        if (epoch <= Epoch) return new TakeResult(new EndReason(EndPhase.Attach, EndSide.Local, EndCause.StaleEpoch), 0, 0);
        if (peerReceived > Sent) return new TakeResult(new EndReason(EndPhase.Attach, EndSide.Peer, EndCause.Protocol), 0, 0);
        Epoch = epoch;
        Taken++;
        return new TakeResult(null, peerReceived, Received);
    }
}

/// <summary>One session, and a decision about births that the test sets.</summary>
sealed class FakeDirectory : ISessionDirectory
{
    public FakeSession? Session { get; set; }

    public string? Credential { get; set; }

    public EndReason? BirthRefusal { get; set; }

    public List<BirthRequest> Births { get; } = [];

    public BirthDecision Birth(BirthRequest request)
    {
        Births.Add(request);
        if (BirthRefusal is not null) return new BirthDecision.Refused(BirthRefusal);
        Session = new FakeSession(SessionId.Create(), request.Message.Mode, Octets32.Create().ToArray());
        return new BirthDecision.Granted(Session, 0b1010);
    }

    public IAttachable? Find(SessionId id, string? credential) =>
        Session?.Id == id && (credential is null || Credential is null || credential == Credential) ? Session : null;
}
