using Burrow.Core.Memory;
using Burrow.Core.Sockets;
using Burrow.Session;

namespace Burrow.Cli.Compose;

/// <summary>Gives memory back that a burst needed and nobody needs any more, and takes spare descriptors back.</summary>
sealed class Housekeeping : IDisposable
{
    static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

    readonly Timer _timer = new(static _ =>
    {
        SlabPool.Shared.Trim();
        LinkMemory.Trim();
        SpareDescriptors.Refill();
    }, null, Beat, Beat);

    public void Dispose() => _timer.Dispose();
}
