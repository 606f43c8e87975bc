using System.CommandLine;
using Burrow.Cli.Compose.Relaying;
using Burrow.Cli.Config;
using Burrow.Cli.Config.Relaying;
using Burrow.Cli.Config.Tcl;
using Burrow.Cli.Hosting;
using Burrow.Cli.Terminal;
using Burrow.Core;
using Burrow.Core.Relaying;

namespace Burrow.Cli.Commands;

/// <summary><c>burrow forward</c>, also <c>tcp-pf</c>: forwards a port, to one target or to the least used of several hosts.</summary>
internal static class ForwardCommand
{
    public const string OwnName = "tcp-pf";

    public static Command Create() => Fill(new Command("forward", "Forward a port: to one target, or to the least used of several hosts."), "burrow forward", original: false);

    /// <summary>Adds options and action.</summary>
    /// <param name="command">The command, or the root when the program was started under the tool's name.</param>
    /// <param name="called">How it is called in examples.</param>
    /// <param name="original">Whether it behaves as tcp-pf: either side's end ends both, and <c>-v</c> shows the version.</param>
    public static T Fill<T>(T command, string called, bool original)
        where T : Command
    {
        var listen = Value("-s", "[ADDRESS:]PORT", "Listen here; without ADDRESS on all, or on INADDR_DEFAULT");
        var target = Value("-d", "HOST:PORT", "Where each client is led");
        var hosts = Value("-l", "FILE", "Or: to the host of this host file through which the fewest bytes have gone");
        var port = Value("-p", "PORT", "The port of those hosts");
        var allowed = SettingOptions.Repeated("-a", "HOST", "Let in only this client: an address, a range such as 10.0.0.0/8, or a name; may be repeated");
        var rate = Value("-r", "BYTES", "The most bytes per second, for each connection and each direction");
        var insert = Value("--insert", "FILE", "Send this file to the destination before the client's bytes");
        var lazy = new Option<bool>("--lazy") { Description = "The same as --eof lazy" };
        var eof = Value("--eof", "POLICY", $"What the end of one side means: pass (the other may go on), kill (both end), lazy (the other ends when it next sends); default {(original ? "kill" : "pass")}");
        var interval = Value("-i", "SECONDS", "How often counts are written to the host file (default 512)");
        var quiet = new Option<bool>("-q") { Description = "Show no bandwidth on standard error" };
        var verbosity = new VerbosityOption(command, original);
        foreach (var option in new Option[] { listen, target, hosts, port, allowed, rate, insert, lazy, eof, interval, quiet }) command.Add(option);
        command.Add(Help.WithUsage(
            $"{called} [options] -s [ADDRESS:]PORT {{-d HOST:PORT | -l FILE -p PORT}}",
            ($"{called} -s 8080 -d web.example:80", "lead port 8080 to a web server"),
            ($"{called} -s 8080 -l hosts -p 80", "to the host through which the fewest bytes have gone, and count them"),
            ($"{called} -s 2222 -d [::1]:22 -a 10.0.0.0/8 -a myfriend.example -r 1MiB", "only for some, and not too fast")));
        command.SetAction((parsed, _) =>
        {
            var problems = new ProblemList();
            var options = new ForwardOptions(
                RelayText.Listen("-s", parsed.GetValue(listen), problems)!,
                parsed.GetValue(target) is { } text ? RelayText.Dial("-d", text, problems) : null,
                parsed.GetValue(hosts), RelayText.Port("-p", parsed.GetValue(port), problems) ?? 0, Allowed(parsed.GetValue(allowed) ?? [], problems),
                RelayText.Rate("-r", parsed.GetValue(rate), problems), RelayText.File("--insert", parsed.GetValue(insert), problems),
                Policy(parsed.GetValue(eof), parsed.GetValue(lazy), original, problems),
                RelayText.Interval("-i", parsed.GetValue(interval), problems),
                parsed.GetValue(quiet), verbosity.Level(parsed));
            CheckTarget(parsed.GetValue(target), parsed.GetValue(hosts), parsed.GetValue(port), problems);
            if (!problems.Any) return Lifetime.RunAsync(options.Level, LogFormat.Text, context => ForwardRunner.RunAsync(options, context));
            Messages.Print(problems);
            return Task.FromResult(ExitCode.Usage);
        });
        return command;
    }

    static void CheckTarget(string? target, string? hosts, string? port, ProblemList problems)
    {
        if (target is null && hosts is null) problems.Add(null, "it is not said where clients are led: -d HOST:PORT, or -l FILE -p PORT");
        if (target is not null && hosts is not null) problems.Add(null, "-d and -l exclude each other");
        if (hosts is not null && port is null) problems.Add(null, "-l needs the port of its hosts: -p PORT is missing");
        if (hosts is null && port is not null) problems.Add(null, "-p is the port of the hosts of -l, which is missing");
    }

    static EndPolicy Policy(string? eof, bool lazy, bool original, ProblemList problems)
    {
        if (lazy && eof is not (null or "lazy")) problems.Add(null, $"--lazy and --eof {Printable.Text(eof)} exclude each other");
        switch (eof)
        {
            case null when lazy: return EndPolicy.Lazy;
            case null: return original ? EndPolicy.Kill : EndPolicy.Pass;
            case "pass": return EndPolicy.Pass;
            case "kill": return EndPolicy.Kill;
            case "lazy": return EndPolicy.Lazy;
            default:
                problems.Add(null, $"--eof: \"{Printable.Text(eof)}\" should be pass, kill or lazy");
                return EndPolicy.Pass;
        }
    }

    static AllowList Allowed(string[] entries, ProblemList problems)
    {
        if (entries.Length == 0) return AllowList.Everybody;
        if (AllowList.TryParse(entries, out var list, out var mistake)) return list;
        problems.Add(Word.Argument("-a", mistake).Span, $"\"{Printable.Text(mistake)}\" is no address, range or host name");
        return AllowList.Everybody;
    }

    static Option<string> Value(string name, string value, string description) => new(name) { HelpName = value, Description = description };
}
