using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using Burrow.Cli.Hosting;

namespace Burrow.Cli.Commands;

/// <summary><c>burrow version</c> and <c>burrow --version</c>.</summary>
internal static class VersionCommand
{
    /// <summary>Such as <c>0.1.0</c>.</summary>
    public static string Version { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static Command Create()
    {
        var command = new Command("version", "Show the version.") { Action = new Print() };
        command.Add(Help.Option(("burrow version", "for a report of a problem")));
        return command;
    }

    internal sealed class Print : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"burrow {Version}");
            return ExitCode.Done;
        }
    }
}
