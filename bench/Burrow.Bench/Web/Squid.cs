using System.Net;
using Burrow.Bench.Candidates;
using Burrow.Bench.Children;

namespace Burrow.Bench.Web;

/// <summary>A Squid of our own on loopback that lets everything pass and keeps nothing. Its requests are counted by its log.</summary>
internal sealed class Squid : IDisposable
{
    readonly ChildProcess _process;
    readonly string _log;

    // Squid names its shared memory after its service, for the whole machine.
    readonly string _service = $"bench{Environment.ProcessId}";

    public Squid(ScratchDirectory scratch)
    {
        // Started by root it changes to a user of its own, who writes its logs.
        var folder = scratch.NewOpenFolder("squid");
        _log = Path.Combine(folder, "access.log");
        Address = Ports.Next();
        var file = ScratchDirectory.Write(folder, "squid.conf", $"""
            http_port {Address}
            pid_filename none
            access_log stdio:{_log}
            logfile_rotate 0
            buffered_logs off
            cache_log {folder}/cache.log
            cache deny all
            cache_mem 8 MB
            coredump_dir {folder}
            shutdown_lifetime 0 seconds
            pinger_enable off
            netdb_filename none
            visible_hostname bench
            http_access allow all

            """);
        _process = ChildProcess.Start(Candidate.Find("squid")!, ["-N", "-n", _service, "-f", file]);
        new Running(Address, _process, null).WaitUntilListening();
    }

    public static string? WhyMissing => Candidate.MissingUnless("squid", "curl");

    public IPEndPoint Address { get; }

    /// <summary>Requests that have ended so far.</summary>
    public int Requests => File.Exists(_log) ? File.ReadLines(_log).Count() : 0;

    public void Dispose()
    {
        _process.Dispose();
        // Squid removes it itself, unless it was killed.
        foreach (var file in Directory.EnumerateFiles("/dev/shm", _service + "*"))
        {
            File.Delete(file);
        }
    }
}
