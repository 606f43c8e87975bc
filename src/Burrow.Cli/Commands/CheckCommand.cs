using System.CommandLine;
using Burrow.Carriers.Proxy;
using Burrow.Cli.Config;
using Burrow.Cli.Hosting;
using Burrow.Cli.Terminal;

namespace Burrow.Cli.Commands;

/// <summary><c>burrow check</c>: validates a configuration and says what it would do.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The configuration" };
        file.Validators.Add(CommandLine.RefuseOptions);
        var command = new Command("check", "Check a configuration and say what it would do. Opens nothing.") { file };
        command.Add(Help.Option(("burrow check burrow.conf", "before burrow jack -c burrow.conf, or SIGHUP")));
        command.SetAction(parsed => Run(parsed.GetRequiredValue(file), parsed.InvocationConfiguration.Output));
        return command;
    }

    static int Run(string path, TextWriter output)
    {
        var (settings, problems) = OptionsLoader.Load(new Arguments { ConfigFile = path });
        if (problems.Any)
        {
            Messages.Print(problems);
            return ExitCode.Usage;
        }
        foreach (var sentence in Sentences(settings)) output.WriteLine(sentence);
        // No error: the file may be meant for another machine.
        foreach (var file in new[] { settings.SecretFile, settings.Identity, settings.Authorized }.OfType<Given<string>>().Select(given => given.Value))
            if (!File.Exists(file)) output.WriteLine($"Not there on this machine: {Printable.Text(file)}.");
        return ExitCode.Done;
    }

    /// <summary>What a file would do, one plain sentence each.</summary>
    internal static IEnumerable<string> Sentences(Settings settings)
    {
        if (settings.Tunnels.Count > 0) yield return $"Jack dials {Join(settings.Tunnels, ", else ")}.";
        if (settings.Proxy is { } proxy) yield return $"On the way he {(ProxyServer.TryParse(proxy.Value, out var server, out _) && proxy.Value != ProxyText.None ? $"goes through the proxy {server}" : "uses no proxy")}.";
        if (settings.Listens.Count > 0) yield return $"Jenny waits on {Join(settings.Listens, " and ")}.";
        if (settings.SecretFile is { } secret) yield return $"Both ends prove themselves with the secret in {secret.Value}.";
        if (settings.Identity is { } identity) yield return $"This end proves itself with the key in {identity.Value}.";
        if (settings.Pin is { } pin) yield return $"Jack trusts the Jenny whose key has the pin {pin.Value}.";
        if (settings.Authorized is { } authorized) yield return $"Jenny lets in those who are listed in {authorized.Value}.";
        if (settings.ProxyUsers is { } users) yield return $"The clients of our proxies prove themselves with a user and password of {users.Value}.";
        if (settings.PermitDial.Count > 0) yield return $"The other side may reach {Join(settings.PermitDial, " and ")} from here.";
        if (settings.PermitListen.Count > 0) yield return $"The other side may listen here on {Join(settings.PermitListen, " and ")}.";
        foreach (var map in settings.Maps) yield return Sentence(map);
        if (settings.Maps.Count == 0) yield return "There is no map.";
    }

    static string Sentence(MapRule map)
    {
        var (here, there) = map.Direction == MapDirection.ToJenny ? ("Jack", "Jenny") : ("Jenny", "Jack");
        var clients = map.Allowed is null ? "any client" : $"clients from {string.Join(", ", map.Allowed.Entries)}";
        var mode = map.Mode switch
        {
            Core.Mode.Plaintext => "in plaintext",
            Core.Mode.Obfuscated => "obfuscated",
            _ => "encrypted",
        };
        if (map.IsDynamic)
            return $"{here} is a SOCKS and HTTP proxy on {Address(map.Listener)} for {clients}; each connection travels {mode} and {there} dials what the client asks for, as far as {there} permits it.";
        return $"{here} listens on {Address(map.Listener)} for {clients}; each connection travels {mode} and {there} dials {map.Dialled}.";
    }

    static string Address(Core.Target listener) => (listener.Host, listener.Port) switch
    {
        ("*", 0) => "any free port of all addresses",
        ("*", var port) => $"port {port} of all addresses",
        (var host, 0) => $"any free port of {host}",
        _ => listener.ToString(),
    };

    static string Join(IEnumerable<Given<string>> values, string separator) => string.Join(separator, values.Select(given => Printable.Text(given.Value)));
}
