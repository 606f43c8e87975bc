using System.CommandLine;
using Burrow.Cli.Config;
using Burrow.Cli.Hosting;
using Burrow.Cli.Terminal;

namespace Burrow.Cli.Commands;

/// <summary><c>burrow links</c>: makes the links under whose names the relay tools can be called.</summary>
internal static class LinksCommand
{
    public static Command Create()
    {
        var directory = new Argument<string>("DIR") { Description = "Where to; made if missing" };
        directory.Validators.Add(CommandLine.RefuseOptions);
        var command = new Command("links", $"Make links to this program under the names of the relay tools: {string.Join(", ", RelayTools.Names)}.") { directory };
        command.Add(Help.Option(("burrow links ~/bin", "then 'tcppipe', 'tcp-pf' and the others can be called by their names")));
        command.SetAction(parsed => Run(parsed.GetRequiredValue(directory), parsed.InvocationConfiguration.Output));
        return command;
    }

    static int Run(string directory, TextWriter output)
    {
        try
        {
            var program = StartedAs.Program();
            Directory.CreateDirectory(directory);
            // All or none: what stands there already is somebody's.
            var wanted = RelayTools.Names.Select(name => new FileInfo(Path.Combine(directory, name))).ToList();
            if (wanted.Find(link => (link.Exists || link.LinkTarget is not null) && link.LinkTarget != program) is { } taken)
            {
                var what = taken.LinkTarget is not { } other ? $"exists already and is no link to {program}"
                    : $"is a link to {Printable.Text(other)}{(taken.ResolveLinkTarget(returnFinalTarget: true) is { Exists: true } ? "" : ", which is not there (any more),")} and not to {program}: remove it first, or choose another directory";
                Messages.Error($"{Printable.Text(taken.FullName)} {what}");
                return ExitCode.Failed;
            }
            foreach (var link in wanted.Where(link => link.LinkTarget is null)) File.CreateSymbolicLink(link.FullName, program);
            foreach (var link in wanted) output.WriteLine($"{link} -> {program}");
            return ExitCode.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            Messages.Error(Printable.Text(e.Message));
            return ExitCode.Failed;
        }
    }
}
