using System.Globalization;
using Burrow.Core.Platform.Linux;
using Microsoft.Win32.SafeHandles;

namespace Burrow.Core;

/// <summary>A user of this machine by number, as the kernel tells it. Known on Linux; elsewhere nothing is known, and modes alone have to do.</summary>
/// <param name="Id">The uid.</param>
public readonly record struct LocalUser(uint Id)
{
    // What the kernel says instead of a uid that has no name in our user namespace: any of many users. The default of Documentation/admin-guide/sysctl/kernel.rst.
    const uint DefaultOverflow = 65534;

    static readonly uint Overflow = ReadOverflow();

    /// <summary>Who we are: our effective uid; null where that is not known.</summary>
    public static LocalUser? Own { get; } = OperatingSystem.IsLinux() ? new LocalUser(LinuxUsers.EffectiveUser()) : null;

    public static readonly LocalUser Root = new(0);

    /// <summary>Whether the number stands for one user. The overflow uid stands for everybody who has no number here, so two who have it need not be the same.</summary>
    public bool IsSomebody => Id != Overflow;

    /// <summary>Whose file that is, a link's own owner; null when it can't be known.</summary>
    public static LocalUser? OwnerOf(string path) => OperatingSystem.IsLinux() && LinuxUsers.OwnerOf(path) is { } id ? new LocalUser(id) : null;

    /// <summary>Whose open file that is; null when it can't be known.</summary>
    public static LocalUser? OwnerOf(SafeFileHandle file) => OperatingSystem.IsLinux() && LinuxUsers.OwnerOf(file) is { } id ? new LocalUser(id) : null;

    /// <summary>
    /// Gives an open file the owner and the group of another, as far as we may: root may all, others may choose among their own groups. To be called before the mode is set, some bits of which a change of owner
    /// clears.
    /// </summary>
    public static void CopyOwner(string from, SafeFileHandle file)
    {
        if (OperatingSystem.IsLinux()) LinuxUsers.CopyOwner(from, file);
    }

    public override string ToString() => $"uid {Id.ToString(CultureInfo.InvariantCulture)}";

    static uint ReadOverflow()
    {
        try
        {
            return uint.TryParse(File.ReadAllText("/proc/sys/kernel/overflowuid"), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var id) ? id : DefaultOverflow;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return DefaultOverflow;
        }
    }
}
