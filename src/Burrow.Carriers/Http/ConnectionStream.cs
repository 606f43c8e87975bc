using Burrow.Core;

namespace Burrow.Carriers.Http;

/// <summary>A <see cref="Connection"/> as the Stream that Kestrel's pipes read from and write to. The connection stays whoever's it was.</summary>
/// <remarks>A read of zero bytes waits until something is there, so that an idle HTTP connection holds no buffer.</remarks>
class ConnectionStream(Connection inner) : Stream
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

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush() { }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Pipes take the Memory overloads; these exist because Stream demands them.
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
