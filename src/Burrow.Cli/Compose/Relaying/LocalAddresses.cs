using System.Net;
using System.Net.Sockets;
using Burrow.Cli.Config;
using Burrow.Core.Sockets;
using Burrow.Endpoints.HostFiles;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>Something that a relay tool needs can't be had; the message says what and where.</summary>
sealed class RelayProblemException(string message, int exitCode) : Exception(message)
{
    public int ExitCode => exitCode;
}

/// <summary>
/// The addresses that a tool's sockets are bound to: those of INADDR_DEFAULT, an address or a name, for listening and for dialling; of a host file's least used host when
/// one is given for that.
/// </summary>
/// <param name="Host">As it was written; empty: none was asked for.</param>
/// <param name="Addresses">What it stands for; of a name's addresses those that this machine has.</param>
sealed record LocalAddresses(string Host, IReadOnlyList<IPAddress> Addresses)
{
    public const string Variable = "INADDR_DEFAULT";

    static readonly TimeSpan ResolveTimeout = TimeSpan.FromSeconds(10);

    /// <summary>What the environment says.</summary>
    /// <exception cref="RelayProblemException">It is no address and no name, the name is unknown, or no socket can be bound to it.</exception>
    public static async Task<LocalAddresses> OfEnvironmentAsync(CancellationToken stop) =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } host ? await OfAsync(host, Variable, stop) : new LocalAddresses("", []);

    /// <param name="host">An address or a name.</param>
    /// <param name="where">Where it was written, for messages.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="RelayProblemException">It is neither, the name is unknown, or no socket can be bound to it.</exception>
    public static async Task<LocalAddresses> OfAsync(string host, string where, CancellationToken stop)
    {
        host = host is ['[', .. var inner, ']'] ? inner : host;
        if (!HostFile.IsHost(host)) throw new RelayProblemException($"{where}: \"{Printable.Text(host)}\" is neither an address nor a host name", Hosting.ExitCode.Usage);
        if (IPAddress.TryParse(host, out var address)) return new(host, Bindable([EndPoints.Fold(address)], host, where));
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timeout.CancelAfter(ResolveTimeout);
        try
        {
            var addresses = await NameLookup.ResolveAsync(host, timeout.Token);
            if (addresses.Length > 0) return new(host, Bindable([.. addresses.Select(EndPoints.Fold).Distinct()], host, where));
        }
        catch (Exception e) when (e is SocketException or ArgumentException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            // Said below.
        }
        throw new RelayProblemException($"{where}: the host \"{Printable.Text(host)}\" is unknown", Hosting.ExitCode.Failed);
    }

    // Whoever dials alone would learn of a wrong address with the first dial, and take it for trouble that passes.
    static List<IPAddress> Bindable(IReadOnlyList<IPAddress> addresses, string host, string where)
    {
        var bindable = new List<IPAddress>();
        var why = "";
        foreach (var address in addresses)
        {
            try
            {
                using var probe = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                probe.Bind(new IPEndPoint(address, 0));
                bindable.Add(address);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                bindable.Add(address); // ours, with no free port at the moment
            }
            catch (SocketException e)
            {
                why = e.Message;
            }
        }
        return bindable.Count > 0 ? bindable : throw new RelayProblemException($"{where}: cannot bind to \"{Printable.Text(host)}\": {why}", Hosting.ExitCode.Failed);
    }

    /// <summary>Where a tool listens that was told a port alone.</summary>
    public Core.Target Listen(Core.Target asked) => asked.Host.Length == 0 ? asked with { Host = Host } : asked;
}
