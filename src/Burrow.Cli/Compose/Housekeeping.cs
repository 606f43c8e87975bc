using Burrow.Core.Memory;
using Burrow.Session;

namespace Burrow.Cli.Compose;

/// <summary>Gives memory back that a burst needed and nobody needs any more.</summary>
sealed class Housekeeping : IDisposable
{
    static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

    readonly Timer _timer = new(static _ =>
    {
        SlabPool.Shared.Trim();
        LinkMemory.Trim();
    }, null, Beat, Beat);

    public void Dispose() => _timer.Dispose();
}
