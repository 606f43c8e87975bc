using System.CommandLine;
using Burrow.Cli.Compose;
using Burrow.Cli.Config;
using Burrow.Cli.Hosting;
using Burrow.Cli.Terminal;

namespace Burrow.Cli.Commands;

/// <summary><c>burrow jenny</c>: waits for tunnels.</summary>
internal static class JennyCommand
{
    public static Command Create()
    {
        var command = new Command("jenny", "Wait for tunnels.");
        var settings = new SettingOptions(command, Roles.Jenny);
        command.Add(Help.Option(
            ("burrow jenny --secret-file secret", "let in whoever has the same secret"),
            ("burrow jenny --secret-file secret --permit-dial localhost:22", "let them reach nothing but our sshd"),
            ("burrow jenny --listen tcp://*:443 --identity jenny.key --authorized authorized", "let in several, each with its own key and limits")));
        command.SetAction((parsed, _) => RunAsync(settings.Read(parsed)));
        return command;
    }

    static Task<int> RunAsync(Arguments arguments)
    {
        var loaded = OptionsLoader.Jenny(arguments);
        if (loaded.Value is { } options) return Lifetime.RunAsync(options.LogLevel, options.LogFormat, context => JennyRunner.RunAsync(options, context));
        Messages.Print(loaded.Problems);
        return Task.FromResult(ExitCode.Usage);
    }
}
