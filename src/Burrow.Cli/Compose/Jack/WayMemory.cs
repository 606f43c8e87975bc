using System.Net.NetworkInformation;
using System.Security.Cryptography;
using System.Text;
using Burrow.Cli.Hosting;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Jack;

/// <summary>
/// By which of several ways Jenny was reached last from each network, in files of the cache directory: what a network lets pass was found out once, and need not be at every start. A file for each network and
/// list of ways, none where the best one works. What is remembered only says which way comes first; a wrong word costs nothing but that. Not thread-safe.
/// </summary>
/// <param name="directory">Made when something is kept; null: nothing is.</param>
/// <param name="ways">Names of the ways, best first, with the proxies that they go through.</param>
/// <param name="network">Names the network that we are in.</param>
sealed class WayMemory(string? directory, List<string> ways, Func<string> network, ILogger logger)
{
    // Of somebody who travels; the ones that were not used for longest go.
    const int MostFiles = 64;

    int _known; // what the file says, or said when it could last be written

    /// <summary>The way that worked last in this network; 0 when nothing is known.</summary>
    public int Recall()
    {
        _known = 0;
        try
        {
            if (Find() is { } file && File.Exists(file)) _known = Math.Max(0, ways.IndexOf(File.ReadAllText(file).TrimEnd('\n')));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // As if nothing were known.
        }
        if (_known > 0) TunnelLog.WayRemembered(logger, ways[_known]);
        return _known;
    }

    /// <summary>That way works now.</summary>
    public void Note(int way)
    {
        if (way == _known) return;
        _known = way;
        try
        {
            if (Find() is not { } file) return;
            if (way == 0)
            {
                File.Delete(file);
                return;
            }
            Directories.Require(directory!);
            // Whole or not at all: another Jack may read it now.
            var draft = $"{file}.{Environment.ProcessId}";
            File.WriteAllText(draft, ways[way] + "\n");
            File.Move(draft, file, overwrite: true);
            foreach (var old in new DirectoryInfo(directory!).GetFiles("way-*").OrderByDescending(known => known.LastWriteTimeUtc).Skip(MostFiles)) old.Delete();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // It is found out again the next time.
        }
    }

    /// <summary>A network as this machine sees it: who leads out of it, and who knows its names.</summary>
    public static string OfThisMachine()
    {
        try
        {
            var devices = NetworkInterface.GetAllNetworkInterfaces().Where(device => device.OperationalStatus == OperationalStatus.Up).Select(device => device.GetIPProperties()).ToList();
            var gateways = devices.SelectMany(device => device.GatewayAddresses).Select(gateway => $"by {gateway.Address}");
            var names = devices.SelectMany(device => device.DnsAddresses).Select(server => $"names {server}");
            return string.Join('\n', gateways.Concat(names).Distinct().Order(StringComparer.Ordinal));
        }
        catch (Exception problem) when (problem is NetworkInformationException or PlatformNotSupportedException)
        {
            return "";
        }
    }

    string? Find() => directory is null || ways.Count < 2 ? null
        : Path.Combine(directory, "way-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{network()}\n\n{string.Join('\n', ways)}")).AsSpan(0, 8)));
}
