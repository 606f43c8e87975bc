using Burrow.Core;

namespace Burrow.Carriers.Http;

/// <summary>A <see cref="Connection"/> as the Stream that Kestrel's pipes read from and write to. The connection stays whoever's it was.</summary>
/// <remarks>A read of zero bytes waits until something is there, so that an idle HTTP connection holds no buffer.</remarks>
class ConnectionStream(Connection inner) : AsyncStream
{
    protected Connection Inner => inner;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            await inner.WaitReadableAsync();
            return 0;
        }
        var count = await inner.ReadAsync(buffer);
        return count >= 0 ? count : throw Lost();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!await inner.WriteAsync(buffer)) throw Lost();
    }

    IOException Lost() => new(inner.End?.ToString() ?? "closed");
}
