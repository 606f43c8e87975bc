using System.Reflection;
using System.Runtime.Versioning;

// Modes of files and unix sockets are what is tested.
[assembly: UnsupportedOSPlatform("windows")]

namespace Burrow.Cli.Tests;

/// <summary>Where the sources stand.</summary>
static class Repository
{
    public static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "Repository").Value!;

    public static string Samples => Path.Combine(Root, "tests", "Burrow.Cli.Tests", "Samples");
}
