using Microsoft.Win32.SafeHandles;

namespace Burrow.Core.Sockets;

/// <summary>
/// Descriptors that are kept back, open on nothing, so that what the process needs to heal itself (a carrier, a question for its status) can be had when clients have taken all
/// others: whoever comes first closes one of these and tries again. Freed descriptors fill the reserve again before another client is taken on.
/// </summary>
/// <remarks>Of the whole process, as descriptors are. Nothing is kept until <see cref="Keep"/>. Thread-safe.</remarks>
public static class SpareDescriptors
{
    /// <summary>For a carrier of each mode and the races between two of them, eight questions for the status, and some strangers between.</summary>
    public const int Usual = 32;

    static readonly Lock Gate = new();
    static readonly Stack<SafeFileHandle> Kept = new();
    static int _wanted;

    /// <summary>How many are kept back now.</summary>
    public static int Count
    {
        get { lock (Gate) return Kept.Count; }
    }

    /// <summary>Keeps that many back from now on, as soon as they can be had; 0 gives them up. Windows knows no such limit: there none are.</summary>
    public static void Keep(int count)
    {
        lock (Gate)
        {
            _wanted = OperatingSystem.IsWindows() ? 0 : count;
            while (Kept.Count > _wanted) Kept.Pop().Dispose();
        }
        Refill();
    }

    /// <summary>Closes one, so that somebody who is needed can have its place.</summary>
    /// <returns>False when none is left.</returns>
    public static bool TryRelease()
    {
        lock (Gate)
        {
            if (!Kept.TryPop(out var one)) return false;
            one.Dispose();
            return true;
        }
    }

    /// <summary>Takes back what is missing, as far as it can be had. Cheap when nothing is.</summary>
    public static void Refill()
    {
        lock (Gate)
        {
            try
            {
                while (Kept.Count < _wanted) Kept.Push(File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // There are none to be had now.
            }
        }
    }
}
