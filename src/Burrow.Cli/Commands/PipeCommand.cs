using System.CommandLine;
using Burrow.Cli.Compose.Relaying;
using Burrow.Cli.Config;
using Burrow.Cli.Config.Relaying;
using Burrow.Cli.Hosting;
using Burrow.Cli.Terminal;

namespace Burrow.Cli.Commands;

/// <summary><c>burrow pipe</c>, also <c>tcppipe</c>: a one-way pipe over TCP.</summary>
internal static class PipeCommand
{
    public const string OwnName = "tcppipe";

    public static Command Create() => Fill(new Command("pipe", "Pipe one direction of a TCP connection from standard input, or to standard output."), "burrow pipe");

    /// <summary>Adds arguments, options and action.</summary>
    /// <param name="command">The command, or the root when the program was started under the tool's name.</param>
    /// <param name="called">How it is called in examples.</param>
    public static T Fill<T>(T command, string called)
        where T : Command
    {
        var ends = new Argument<string[]>("SOURCE DESTINATION") { Arity = ArgumentArity.ZeroOrMore, Description = "Each: - (standard input or output), :PORT (wait for one connection), HOST PORT (dial), . PORT (dial the least used host of -n)" };
        ends.Validators.Add(CommandLine.RefuseOptions);
        var bindFile = Value("--bind-file", "-b", "FILE", "Use the address of this host file through which the fewest bytes have gone, to listen or to dial from");
        var interval = Value("-i", null, "SECONDS", "How often counts are written to the host files (default 512)");
        var insert = Value("--insert", null, "FILE", "Send this file before the stream");
        var limit = Value("--limit", "-l", "BYTES", "The most bytes per second, such as 102400 or 100KiB");
        var networkFile = Value("--network-file", "-n", "FILE", "Host file from which \".\" chooses the host with the fewest bytes");
        var print = new Option<bool>("-p") { Description = "Show the throughput on standard error, every second" };
        var wait = Value("-w", null, "SECONDS", "Wait between the connection and the first byte; before dialling, when we dial");
        var secret = Value("--secret-file", null, "FILE", "With --resume: the secret of both ends, from 'burrow key new'");
        var resume = new Option<bool>("--resume") { Description = "Run the pipe as a session that survives a lost path; both ends need it, and the same secret" };
        var verbosity = new VerbosityOption(command, versionOption: true);
        foreach (var option in new Option[] { bindFile, interval, insert, limit, networkFile, print, wait, resume, secret }) command.Add(option);
        command.Add(ends);
        command.Add(Help.WithUsage(
            $"{called} [options] SOURCE DESTINATION",
            ($"{called} :1234 - | tar x", "receive files"),
            ($"tar c dir | {called} - host 1234", "send them, from another machine"),
            ($"{called} -p -l 100KiB :1234 - > file", "receive at 100 KiB a second, and show it"),
            ($"tar c dir | {called} -n hosts - . 1234", "send to the host that has got the fewest bytes so far"),
            ($"tar c dir | {called} --resume --secret-file secret - host 1234", "survive a lost path; the receiver has the same options")));
        command.SetAction((parsed, _) =>
        {
            var problems = new ProblemList();
            var both = PipeEnd.Read(parsed.GetValue(ends) ?? [], problems);
            var options = new PipeOptions(
                both?.Source!, both?.Destination!, parsed.GetValue(bindFile), parsed.GetValue(networkFile),
                RelayText.Interval("-i", parsed.GetValue(interval), problems),
                RelayText.File("--insert", parsed.GetValue(insert), problems), RelayText.Rate("-l", parsed.GetValue(limit), problems), parsed.GetValue(print),
                RelayText.Time("-w", parsed.GetValue(wait), problems, TimeSpan.Zero, RelayText.LongestTime) ?? TimeSpan.Zero, parsed.GetValue(secret), verbosity.Level(parsed));
            Check(options, both is not null, parsed.GetValue(resume), problems);
            if (!problems.Any) return Lifetime.RunAsync(options.Level, LogFormat.Text, context => PipeRunner.RunAsync(options, context));
            Messages.Print(problems);
            return Task.FromResult(ExitCode.Usage);
        });
        return command;
    }

    static void Check(PipeOptions options, bool hasEnds, bool resume, ProblemList problems)
    {
        var chooses = hasEnds && options.Socket is PipeEnd.DialLeast;
        if (chooses && options.NetworkFile is null) problems.Add(null, "\".\" chooses a host from a host file: -n FILE is missing");
        if (hasEnds && !chooses && options.NetworkFile is not null) problems.Add(null, "-n is for \".\" as the host, and there is none");
        if (resume && options.SecretFile is null) problems.Add(null, "--resume needs --secret-file FILE on both ends; make one with 'burrow key new -o FILE'");
        if (!resume && options.SecretFile is not null) problems.Add(null, "--secret-file is for --resume, which is missing");
        if (resume && chooses) problems.Add(null, "--resume needs one host to come back to: \".\" can't be used with it");
    }

    static Option<string> Value(string name, string? alias, string value, string description) =>
        new(name, alias is null ? [] : [alias]) { HelpName = value, Description = description };
}
