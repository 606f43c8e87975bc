using Burrow.Core;

namespace Burrow.Carriers.Proxy;

/// <summary>A connection of which some bytes came too early: they are read first.</summary>
sealed class PrefixedConnection(Connection inner, ReadOnlyMemory<byte> early) : WrappingConnection(inner)
{
    ReadOnlyMemory<byte> _early = early;

    public override int TryRead(Span<byte> buffer)
    {
        if (_early.IsEmpty) return base.TryRead(buffer);
        if (End is not null) return Aborted;
        var count = Math.Min(buffer.Length, _early.Length);
        _early.Span[..count].CopyTo(buffer);
        _early = _early[count..];
        return count;
    }

    public override ValueTask WaitReadableAsync() => _early.IsEmpty ? base.WaitReadableAsync() : default;
}
