using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Burrow.Bench.Load;

namespace Burrow.Bench.Survival;

/// <summary>Both ends of one connection through the tunnel: each writes a pattern as fast as it goes, and checks the other's.</summary>
internal sealed class DuplexAudit : IDisposable
{
    /// <summary>The first byte of the connection that is to be audited; another one is an echo's (<see cref="LoadServer.Echo"/>), by which the tunnel is seen to be up.</summary>
    const byte Audited = (byte)'A';

    readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    readonly List<End> _ends = [];
    readonly ManualResetEventSlim _accepted = new();

    public DuplexAudit(IPEndPoint server)
    {
        _listener.Bind(server);
        _listener.Listen(16);
        new Thread(Accept) { IsBackground = true, Name = "audit accept" }.Start();
    }

    public long Lost => _ends.Sum(end => end.Audit.Lost);

    public long Doubled => _ends.Sum(end => end.Audit.Doubled);

    public long Received => _ends.Sum(end => end.Audit.Position);

    /// <exception cref="IOException">The far end didn't appear within 20 s.</exception>
    public void Begin(IPEndPoint through)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(through);
        socket.Send([Audited]);
        if (!_accepted.Wait(TimeSpan.FromSeconds(20)))
        {
            socket.Dispose();
            throw new IOException("the audited connection didn't come out of the tunnel");
        }

        _ends.Add(new End(socket));
        _ends.ForEach(end => end.Start());
    }

    /// <summary>Both ends stop writing, say so by a half-close, and read what is still to come.</summary>
    /// <exception cref="IOException">It hadn't come within <paramref name="patience"/>, or the connection was reset.</exception>
    public void Finish(TimeSpan patience)
    {
        _ends.ForEach(end => end.StopWriting());
        foreach (var end in _ends)
        {
            end.Join(patience);
        }

        _ends[0].Audit.End(_ends[1].Sent);
        _ends[1].Audit.End(_ends[0].Sent);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _ends.ForEach(end => end.Dispose());
    }

    void Accept()
    {
        try
        {
            while (!_accepted.IsSet)
            {
                var socket = _listener.Accept();
                var first = new byte[2];
                if (socket.Receive(first, 1, SocketFlags.None) == 1 && first[0] == Audited)
                {
                    _ends.Add(new End(socket));
                    _accepted.Set();
                    continue;
                }

                if (socket.Receive(first, 1, SocketFlags.None) == 1)
                {
                    socket.Send(first, 1, SocketFlags.None);
                }

                socket.Dispose();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    sealed class End(Socket socket) : IDisposable
    {
        readonly CountdownEvent _running = new(2);
        volatile bool _isStopping;
        volatile string? _failure;

        public StreamAudit Audit { get; } = new();

        public long Sent { get; private set; }

        public void Start()
        {
            new Thread(() => Guard(Write)) { IsBackground = true, Name = "audit write" }.Start();
            new Thread(() => Guard(Read)) { IsBackground = true, Name = "audit read" }.Start();
        }

        public void StopWriting() => _isStopping = true;

        public void Join(TimeSpan patience)
        {
            if (!_running.Wait(patience) || _failure is not null)
            {
                throw new IOException($"the audited connection {_failure ?? $"did not end within {patience.TotalSeconds:0} s"}");
            }
        }

        public void Dispose() => socket.Dispose();

        void Write()
        {
            var words = new ulong[8 * 1024];
            while (!_isStopping)
            {
                PositionPattern.Fill(words, Sent / sizeof(ulong));
                var bytes = MemoryMarshal.AsBytes(words.AsSpan());
                while (!bytes.IsEmpty)
                {
                    var sent = socket.Send(bytes);
                    Sent += sent;
                    bytes = bytes[sent..];
                }
            }

            socket.Shutdown(SocketShutdown.Send);
        }

        void Read()
        {
            for (int count; (count = socket.Receive(Audit.Room.Span)) > 0;)
            {
                Audit.Advance(count);
            }
        }

        void Guard(Action work)
        {
            try
            {
                work();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                _failure = $"broke: {e.Message}";
            }
            finally
            {
                _running.Signal();
            }
        }
    }
}
