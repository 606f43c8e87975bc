using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Burrow.Endpoints.Platform.Unix;

/// <summary>Owner and group of a file that takes another's place: statx(2), whose structure is the same on all processors, and fchown(2).</summary>
[SupportedOSPlatform("linux")]
internal static partial class FileOwner
{
    const int AtFdCwd = -100;
    const uint StatxUser = 0x8;
    const uint StatxGroup = 0x10;
    const uint Unchanged = uint.MaxValue; // chown(2): -1

    /// <summary>
    /// Gives an open file the owner and the group of another, as far as we may: root may all, others may choose among their own groups. To be called before the mode is set, some bits of which a change of owner clears.
    /// </summary>
    public static void Copy(string from, SafeFileHandle to)
    {
        if (Statx(AtFdCwd, from, 0, StatxUser | StatxGroup, out var owner) != 0 || (owner.Mask & (StatxUser | StatxGroup)) != (StatxUser | StatxGroup)) return;
        if (Chown(to, owner.User, owner.Group) != 0) _ = Chown(to, Unchanged, owner.Group);
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, out StatxResult result);

    [LibraryImport("libc", EntryPoint = "fchown")]
    private static partial int Chown(SafeFileHandle file, uint user, uint group);

    // linux/stat.h; only what is asked for is named.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    struct StatxResult
    {
        [FieldOffset(0)]
        public uint Mask;

        [FieldOffset(20)]
        public uint User;

        [FieldOffset(24)]
        public uint Group;
    }
}
