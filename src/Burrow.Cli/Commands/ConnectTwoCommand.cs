using System.CommandLine;
using Burrow.Cli.Compose.Relaying;
using Burrow.Cli.Config;
using Burrow.Cli.Config.Relaying;
using Burrow.Cli.Hosting;
using Burrow.Cli.Terminal;

namespace Burrow.Cli.Commands;

/// <summary><c>burrow connecttwo</c>: the half that runs behind the firewall.</summary>
internal static class ConnectTwoCommand
{
    public const string OwnName = "connecttwo";

    public static Command Create() => Fill(new Command("connecttwo", "Join clients that come to a listentwo elsewhere to a service here, behind a firewall."), "burrow connecttwo");

    /// <summary>Adds options and action.</summary>
    public static T Fill<T>(T command, string called)
        where T : Command
    {
        var source = new Option<string>("-s") { HelpName = "HOST:PORT", Description = "Where listentwo waits for us: its -d" };
        var destination = new Option<string>("-d") { HelpName = "HOST:PORT", Description = "What its clients want" };
        var hello = new Option<bool>("--hello-from-src") { Description = "listentwo tells the address of each client (--hello-dst): dial the service only then" };
        var secret = new Option<string>("--secret-file") { HelpName = "FILE", Description = "Trust only a listentwo with the same secret, and encrypt" };
        var resume = new Option<bool>("--resume") { Description = "Clients survive a lost path between the two; both need it, and --secret-file" };
        foreach (var option in new Option[] { source, destination, hello, secret, resume }) command.Add(option);
        var verbosity = new VerbosityOption(command, versionOption: false);
        command.Add(Help.WithUsage(
            $"{called} [options] -s HOST:PORT -d HOST:PORT",
            ($"{called} -s there:2345 -d localhost:22 --hello-from-src", "let others reach our sshd by listentwo -s 1234 -d 2345 --hello-dst there"),
            ($"{called} -s there:2345 -d localhost:22 --secret-file secret --resume", "the same, encrypted, and surviving a lost path")));
        command.SetAction((parsed, _) =>
        {
            var problems = new ProblemList();
            var options = new ConnectTwoOptions(
                RelayText.Dial("-s", parsed.GetValue(source), problems)!, RelayText.Dial("-d", parsed.GetValue(destination), problems)!, parsed.GetValue(hello),
                parsed.GetValue(secret), parsed.GetValue(resume), verbosity.Level(parsed));
            ListenTwoCommand.CheckResume(options.Resume, options.SecretFile, problems);
            if (!problems.Any) return Lifetime.RunAsync(options.Level, LogFormat.Text, context => ConnectTwoRunner.RunAsync(options, context));
            Messages.Print(problems);
            return Task.FromResult(ExitCode.Usage);
        });
        return command;
    }
}
