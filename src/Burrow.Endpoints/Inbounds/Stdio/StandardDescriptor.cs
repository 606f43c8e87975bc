using Burrow.Endpoints.Platform.Unix;

namespace Burrow.Endpoints.Inbounds.Stdio;

/// <summary>Whether the standard descriptors are what they are called: whoever starts us may have closed them (<c>&lt;&amp;-</c> in a shell), and the runtime then has files of its own under their numbers.</summary>
public static class StandardDescriptor
{
    /// <param name="descriptor">0, 1 or 2.</param>
    public static bool IsOpen(int descriptor) => OperatingSystem.IsWindows() || UnixFile.IsInherited(descriptor);
}
