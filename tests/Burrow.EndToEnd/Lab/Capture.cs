namespace Burrow.EndToEnd.Lab;

/// <summary>Records every packet on a link, so that a test can look for bytes on the wire.</summary>
sealed class Capture
{
    readonly LabProcess _tcpdump;
    readonly string _file;

    Capture(LabProcess tcpdump, string file)
    {
        _tcpdump = tcpdump;
        _file = file;
    }

    public static async Task<Capture> StartAsync(LabHost host, string link)
    {
        Requires.Tools("tcpdump");
        var file = Path.Combine(host.Folder, $"{link}.pcap");
        var tcpdump = host.Start(["tcpdump", "-i", link, "-w", file, "-U", "-s", "0", "--immediate-mode", "-Z", "root"]);
        await tcpdump.WaitForLineAsync("listening on");
        return new Capture(tcpdump, file);
    }

    /// <summary>Ends the recording.</summary>
    /// <returns>Every byte of every packet.</returns>
    public async Task<byte[]> StopAsync()
    {
        await _tcpdump.EndAsync(Posix.SigInt);
        return await File.ReadAllBytesAsync(_file);
    }
}
