namespace Burrow.Session;

/// <summary>Where a link starts: agreed by an attach (docs/protocol.md §3.2), or all zero with epoch 1 after a birth on an encrypted carrier.</summary>
/// <param name="Epoch">The epoch that was proved.</param>
/// <param name="SendFrom">The offset from which we send our stream: what the peer said it has received.</param>
/// <param name="ReceiveFrom">The offset of the first stream byte that the peer will send: what we said we had received.</param>
public readonly record struct AttachPoint(ulong Epoch, ulong SendFrom, ulong ReceiveFrom)
{
    /// <summary>The start of a session that was born on this very carrier.</summary>
    public static readonly AttachPoint Birth = new(1, 0, 0);
}
