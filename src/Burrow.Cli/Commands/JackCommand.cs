using System.CommandLine;
using Burrow.Cli.Compose;
using Burrow.Cli.Config;
using Burrow.Cli.Hosting;
using Burrow.Cli.Terminal;

namespace Burrow.Cli.Commands;

/// <summary><c>burrow jack</c>: starts a tunnel.</summary>
internal static class JackCommand
{
    public static Command Create()
    {
        var urls = new Argument<string[]>("URL") { Arity = ArgumentArity.ZeroOrMore, Description = "How to reach Jenny, the way to begin with first: tcp://HOST:PORT, http://HOST[:PORT]/PREFIX/, https://…, ws://…, wss://…, unix:PATH" };
        urls.Validators.Add(CommandLine.RefuseOptions);
        var locals = SettingOptions.Repeated("-L", "[BIND:]PORT:HOST:PORT", "Listen here, dial from Jenny's side; without BIND on the loopback addresses");
        var remotes = SettingOptions.Repeated("-R", "[BIND:]PORT:HOST:PORT", "Listen at Jenny's, dial from here");
        var dynamics = SettingOptions.Repeated("-D", "[BIND:]PORT", "Be a SOCKS (4, 4a, 5) and HTTP proxy here, dial from Jenny's side what its clients ask for");
        var mode = new Option<string>("--mode") { HelpName = "MODE", Description = "Mode of -L, -R and -D: plaintext, obfuscated or encrypted (default encrypted)" };
        var command = new Command("jack", "Start a tunnel: dial Jenny, and dial again whenever the path is lost.") { urls, locals, remotes, dynamics, mode };
        var settings = new SettingOptions(command, Roles.Jack, operand: "tunnel");
        command.Add(Help.Option(
            ("burrow jack tcp://jenny:7000 --secret-file secret -L 2222:localhost:22", "reach Jenny's sshd: ssh -p 2222 localhost"),
            ("burrow jack tcp://jenny:7000 --secret-file secret -R 8080:localhost:80", "let Jenny's side reach our web server"),
            ("burrow jack tcp://jenny:7000 --secret-file secret -D 1080", "browse from Jenny's side: curl --proxy socks5h://localhost:1080 http://intranet/"),
            ("burrow jack -c burrow.conf", "everything from a file")));
        command.SetAction((parsed, _) =>
        {
            var given = settings.Read(parsed);
            var values = new Dictionary<string, IReadOnlyList<string>>(given.Settings, StringComparer.Ordinal);
            if (parsed.GetValue(urls) is { Length: > 0 } tunnels) values["tunnel"] = tunnels;
            return RunAsync(given with
            {
                Settings = values,
                LocalForwards = parsed.GetValue(locals) ?? [],
                RemoteForwards = parsed.GetValue(remotes) ?? [],
                DynamicForwards = parsed.GetValue(dynamics) ?? [],
                Mode = parsed.GetValue(mode),
            });
        });
        return command;
    }

    static Task<int> RunAsync(Arguments arguments)
    {
        var loaded = OptionsLoader.Jack(arguments);
        if (loaded.Value is { } options) return Lifetime.RunAsync(options.LogLevel, options.LogFormat, context => JackRunner.RunAsync(options, context));
        Messages.Print(loaded.Problems);
        return Task.FromResult(ExitCode.Usage);
    }
}
