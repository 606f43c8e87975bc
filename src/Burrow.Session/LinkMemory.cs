using Burrow.Session.Link;

namespace Burrow.Session;

/// <summary>The memory of batches, for the process's housekeeping.</summary>
public static class LinkMemory
{
    /// <summary>Lets go of slabs that were not needed since the last call. Any thread.</summary>
    public static void Trim() => LinkSlabs.Pool.Trim();
}
