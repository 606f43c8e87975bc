using System.CommandLine;

namespace Burrow.Cli.Commands;

/// <summary><c>burrow key</c>: credentials.</summary>
internal static class KeyCommand
{
    public static Command Create() => new("key", "x");
}
