using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Burrow.Bench.Children;
using Burrow.Bench.Load;

namespace Burrow.Bench.Candidates;

/// <summary>A way for bytes to reach the server, to be compared with others.</summary>
internal abstract class Candidate(string name)
{
    /// <summary>As in the table and behind <c>--only</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Why it can't be measured on this machine; null when it can.</summary>
    public virtual string? WhyMissing => null;

    /// <summary>Connections that it can hold at most with <paramref name="descriptors"/> open files for each process; 0 when it starts a process for each.</summary>
    public virtual int MostChannels(int descriptors) => descriptors - 200;

    /// <summary>Starts both ends, and returns when a byte has come back through them from <paramref name="server"/>.</summary>
    /// <exception cref="IOException">One of them ended, or no byte came back in time; the message ends with what they said.</exception>
    public Running Start(ScratchDirectory scratch, IPEndPoint server)
    {
        var running = Launch(scratch, server);
        try
        {
            running.WaitUntilReady();
            return running;
        }
        catch
        {
            running.Dispose();
            throw;
        }
    }

    protected abstract Running Launch(ScratchDirectory scratch, IPEndPoint server);

    /// <summary>The full path of a program, looked for where sbin programs are too; null when it isn't installed.</summary>
    internal static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/local/sbin", "/usr/sbin", "/sbin"])
            .Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);

    internal static string? MissingUnless(params string[] programs) =>
        programs.Where(program => Find(program) is null).ToArray() is { Length: > 0 } missing ? string.Join(" and ", missing) + " not installed" : null;
}

/// <summary>A candidate that runs. <paramref name="Near"/> is the end that listens for the load, <paramref name="Far"/> the one that dials the server.</summary>
internal sealed record Running(IPEndPoint Address, ChildProcess? Near, ChildProcess? Far) : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), Pause = TimeSpan.FromMilliseconds(50);

    public IEnumerable<int> Pids => new[] { Near, Far }.OfType<ChildProcess>().Select(child => child.Pid);

    /// <summary>What its ends know of themselves, to understand a stall while it lasts; null when they tell nothing.</summary>
    public Func<string>? Diagnose { get; init; }

    public bool IsAlive => Near?.HasExited != true && Far?.HasExited != true;

    /// <summary>Returns when a byte has come back from the server.</summary>
    /// <exception cref="IOException">As for <see cref="Candidate.Start"/>.</exception>
    public void WaitUntilReady() => WaitUntil(() => Connects(echo: true), "no byte came back");

    /// <summary>Returns when connections are accepted, whatever comes then.</summary>
    /// <exception cref="IOException">As for <see cref="Candidate.Start"/>.</exception>
    public void WaitUntilListening() => WaitUntil(() => Connects(echo: false), "nobody listens");

    void WaitUntil(Func<bool> happened, string otherwise)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!happened())
        {
            if (!IsAlive || Stopwatch.GetElapsedTime(begun) > Patience)
            {
                throw new IOException($"{(IsAlive ? otherwise : "ended at once")}{Near?.LastWords}{Far?.LastWords}");
            }

            // A pause that ends early when there is no more reason to wait.
            (Near ?? Far)?.WaitForExit(Pause);
        }
    }

    public void Dispose()
    {
        Near?.Dispose();
        Far?.Dispose();
    }

    bool Connects(bool echo)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 2000, SendTimeout = 2000 };
            socket.Connect(Address);
            if (!echo)
            {
                return true;
            }

            socket.Send([LoadServer.Echo, 0x21]);
            return socket.Receive(new byte[1]) == 1;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
