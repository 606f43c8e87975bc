using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Burrow.Core.Platform.Linux;

/// <summary>geteuid(2), the owner that statx(2) tells, and fchown(2). statx rather than stat, because its structure is the same on all processors.</summary>
[SupportedOSPlatform("linux")]
internal static partial class LinuxUsers
{
    const int AtFdCwd = -100;
    const int AtSymlinkNoFollow = 0x100;
    const int AtEmptyPath = 0x1000;
    const uint StatxUid = 0x8;
    const uint StatxGid = 0x10;
    const uint Unchanged = uint.MaxValue; // chown(2): -1

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    /// <returns>The owner of what stands under that name, a link's own one; null when that can't be known.</returns>
    public static uint? OwnerOf(string path) => Statx(AtFdCwd, path, AtSymlinkNoFollow, StatxUid, out var told) == 0 && (told.Mask & StatxUid) != 0 ? told.User : null;

    /// <returns>The owner of an open file; null when that can't be known.</returns>
    public static uint? OwnerOf(SafeFileHandle file)
    {
        var held = false;
        try
        {
            file.DangerousAddRef(ref held);
            return Statx((int)file.DangerousGetHandle(), "", AtEmptyPath, StatxUid, out var told) == 0 && (told.Mask & StatxUid) != 0 ? told.User : null;
        }
        finally
        {
            if (held) file.DangerousRelease();
        }
    }

    /// <summary>Owner and group of what stands under a name, a link's target, for another file; the group alone where the owner may not be given away.</summary>
    public static void CopyOwner(string from, SafeFileHandle file)
    {
        if (Statx(AtFdCwd, from, 0, StatxUid | StatxGid, out var told) != 0 || (told.Mask & (StatxUid | StatxGid)) != (StatxUid | StatxGid)) return;
        if (Chown(file, told.User, told.Group) != 0) _ = Chown(file, Unchanged, told.Group);
    }

    [LibraryImport("libc", EntryPoint = "fchown")]
    private static partial int Chown(SafeFileHandle file, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, out StatxResult result);

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
