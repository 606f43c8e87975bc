using System.CommandLine;
using Burrow.Cli.Compose.Relaying;
using Burrow.Cli.Config;
using Burrow.Cli.Config.Relaying;
using Burrow.Cli.Hosting;
using Burrow.Cli.Terminal;

namespace Burrow.Cli.Commands;

/// <summary><c>burrow listentwo</c>: the half that runs where both the clients and the machine behind the firewall can come.</summary>
internal static class ListenTwoCommand
{
    public const string OwnName = "listentwo";

    static readonly TimeSpan DefaultWait = TimeSpan.FromMinutes(1);

    public static Command Create() => Fill(new Command("listentwo", "Join the clients of one port to a machine behind a firewall, which comes to another port by connecttwo."), "burrow listentwo");

    /// <summary>Adds options and action.</summary>
    public static T Fill<T>(T command, string called)
        where T : Command
    {
        var source = new Option<string>("-s") { HelpName = "[ADDRESS:]PORT", Description = "Where clients come" };
        var destination = new Option<string>("-d") { HelpName = "[ADDRESS:]PORT", Description = "Where connecttwo comes" };
        var hello = new Option<bool>("--hello-dst") { Description = "Tell connecttwo the address of each client first; it needs --hello-from-src then" };
        var wait = new Option<string>("-w", "--wait") { HelpName = "SECONDS", Description = "How long a client waits for connecttwo (default 60)" };
        var secret = new Option<string>("--secret-file") { HelpName = "FILE", Description = "Let in only a connecttwo with the same secret, and encrypt ('burrow key new' makes one)" };
        var resume = new Option<bool>("--resume") { Description = "Clients survive a lost path between the two; both need it, and --secret-file" };
        foreach (var option in new Option[] { source, destination, hello, wait, secret, resume }) command.Add(option);
        var verbosity = new VerbosityOption(command, versionOption: false);
        command.Add(Help.WithUsage(
            $"{called} [options] -s [ADDRESS:]PORT -d [ADDRESS:]PORT",
            ($"{called} -s 1234 -d 2345 --hello-dst", "on a machine that all can reach; then ssh -p 1234 user@there"),
            ($"{called} -s 1234 -d 2345 --secret-file secret --resume", "nobody else can take the place of the other machine, and ssh survives a lost path")));
        command.SetAction((parsed, _) =>
        {
            var problems = new ProblemList();
            var options = new ListenTwoOptions(
                RelayText.Listen("-s", parsed.GetValue(source), problems)!, RelayText.Listen("-d", parsed.GetValue(destination), problems)!, parsed.GetValue(hello),
                RelayText.Time("-w", parsed.GetValue(wait), problems, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)) ?? DefaultWait,
                parsed.GetValue(secret), parsed.GetValue(resume), verbosity.Level(parsed));
            if (options.Clients is { Port: > 0 } && options.Clients == options.Helpers) problems.Add(null, "-s and -d are the same port: clients and connecttwo could not be told apart");
            CheckResume(options.Resume, options.SecretFile, problems);
            if (!problems.Any) return Lifetime.RunAsync(options.Level, LogFormat.Text, context => ListenTwoRunner.RunAsync(options, context));
            Messages.Print(problems);
            return Task.FromResult(ExitCode.Usage);
        });
        return command;
    }

    internal static void CheckResume(bool resume, string? secretFile, ProblemList problems)
    {
        if (resume && secretFile is null) problems.Add(null, "--resume needs --secret-file FILE on both ends; make one with 'burrow key new -o FILE'");
    }
}
