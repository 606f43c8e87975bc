using System.CommandLine;
using System.Text.Json;
using Burrow.Carriers.Modes.Tls;
using Burrow.Carriers.Proxy;
using Burrow.Cli.Compose;
using Burrow.Cli.Compose.Doctor;
using Burrow.Cli.Config;
using Burrow.Cli.Hosting;
using Burrow.Cli.Terminal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Burrow.Cli.Commands;

/// <summary><c>burrow doctor</c>: tries every way to Jenny and explains.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var urls = new Argument<string[]>("URL") { Arity = ArgumentArity.OneOrMore, Description = "Where Jenny is, as for jack" };
        urls.Validators.Add(CommandLine.RefuseOptions);
        var secret = SettingOptions.Repeated("--secret-file", "FILE", "The shared secret: with it, it is Jenny herself who has to answer");
        var proxy = SettingOptions.Repeated("--proxy", "URL", "The proxy on the way, as for jack (default: what the environment says)");
        var password = SettingOptions.Repeated("--proxy-password-file", "FILE", "The password for the proxy");
        var agent = SettingOptions.Repeated("--user-agent", "TEXT", "What HTTP requests say that we are (default: a browser)");
        var headers = SettingOptions.Repeated("--header", "'NAME: VALUE'", "A further header line of HTTP requests");
        var json = new Option<bool>("--json") { Description = "Print a JSON array" };
        var command = new Command("doctor", "Try every way to reach Jenny, and say what stands in the way of the others.") { urls, secret, proxy, password, agent, headers, json };
        command.Add(Help.Option(
            ("burrow doctor http://jenny.example/ --secret-file secret", "each way, directly and through the proxy that the environment names"),
            ("burrow doctor https://jenny.example/ --json", "for other programs")));
        command.SetAction((parsed, stop) =>
        {
            var settings = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal) { ["tunnel"] = parsed.GetValue(urls) ?? [] };
            foreach (var option in (Option<string[]>[])[secret, proxy, password, agent, headers])
                if (parsed.GetValue(option) is { Length: > 0 } values) settings[option.Name.TrimStart('-')] = values;
            return RunAsync(settings, parsed.GetValue(json), stop);
        });
        return command;
    }

    static async Task<int> RunAsync(Dictionary<string, IReadOnlyList<string>> settings, bool json, CancellationToken stop)
    {
        TlsClient? tls = null;
        ProxySettings proxies;
        var (given, problems) = OptionsLoader.Load(new Arguments { Settings = settings });
        if (problems.Any)
        {
            Messages.Print(problems);
            return ExitCode.Usage;
        }
        try
        {
            proxies = Proxies.Of(ProxyOptions.Of(given), NullLogger.Instance);
            if (given.SecretFile is { } file && Keys.OfJack(new Credentials.SharedSecret(file.Value)) is var (identity, pins)) tls = new TlsClient(identity, pins);
        }
        catch (KeyProblemException problem)
        {
            Messages.Error(problem.Message);
            return ExitCode.Usage;
        }
        var findings = await new Checkup(tls, proxies).RunAsync([.. given.Tunnels.Select(url => Urls.Parse(url.Value))], stop);
        if (json) Console.Out.WriteLine(JsonSerializer.Serialize(findings, FindingJson.Default.IReadOnlyListFinding));
        else FindingTable.Print(StatusCommand.OutputConsole(), findings);
        return findings.Any(finding => finding.Works) ? ExitCode.Done : ExitCode.Failed;
    }
}
