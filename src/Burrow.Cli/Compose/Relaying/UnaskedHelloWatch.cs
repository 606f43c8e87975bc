using Burrow.Carriers;
using Burrow.Core;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>A connection that takes no hello for one, but notices when what comes first looks like it: the other side was told otherwise than this one.</summary>
/// <param name="inner">Owned from now on.</param>
/// <param name="found">Called if so; the line is passed on like everything else.</param>
sealed class UnaskedHelloWatch(Connection inner, Action found) : WrappingConnection(inner)
{
    bool _isOver;

    public override int TryRead(Span<byte> buffer)
    {
        var count = base.TryRead(buffer);
        if (_isOver || count <= 0) return count;
        _isOver = true;
        if (PairHello.Begins(buffer[..count])) found();
        return count;
    }
}
