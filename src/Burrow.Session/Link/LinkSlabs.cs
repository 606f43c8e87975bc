using Burrow.Core.Memory;

namespace Burrow.Session.Link;

/// <summary>The slabs of batches and of reads from carriers. They are large, so an idle link holds none.</summary>
static class LinkSlabs
{
    // 8 MiB that nobody uses, at most: what a few busy sessions turn over.
    const int MaxCached = 32;

    public static SlabPool Pool { get; } = new(SessionTuning.BatchBytes, MaxCached);
}
