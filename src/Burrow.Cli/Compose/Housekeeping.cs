using Burrow.Core.Memory;
using Burrow.Core.Sockets;
using Burrow.Session;

namespace Burrow.Cli.Compose;

/// <summary>Gives memory back that a burst needed and nobody needs any more, takes spare descriptors back, and tells what was not told one by one.</summary>
sealed class Housekeeping(Repeats repeats) : IDisposable
{
    static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

    readonly Timer _timer = new(static repeats =>
    {
        SlabPool.Shared.Trim();
        LinkMemory.Trim();
        SpareDescriptors.Refill();
        ((Repeats)repeats!).TellOver();
    }, repeats, Beat, Beat);

    public void Dispose() => _timer.Dispose();
}
