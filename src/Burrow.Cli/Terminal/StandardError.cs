using Burrow.Endpoints.Inbounds.Stdio;

namespace Burrow.Cli.Terminal;

/// <summary>Standard error; nothing, when this process was started without one. What has its number then is a file of the runtime's.</summary>
internal static class StandardError
{
    static readonly bool IsThere = StandardDescriptor.IsOpen(2);

    /// <summary>To be called before anything is said.</summary>
    public static void Prepare()
    {
        if (!IsThere) Console.SetError(TextWriter.Null);
    }

    public static Stream Open() => IsThere ? Console.OpenStandardError() : Stream.Null;
}
