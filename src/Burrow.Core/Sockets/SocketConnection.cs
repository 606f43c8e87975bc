using System.Net;
using System.Net.Sockets;

namespace Burrow.Core.Sockets;

/// <summary>A connected TCP or unix socket. Owns it.</summary>
/// <remarks>
/// <para>Every call is first tried on the non-blocking socket itself; the event loop is asked only when the kernel has nothing or takes nothing.</para>
/// <para>When the peer resets, what had arrived before is still delivered by reads, as the kernel does; writes fail at once. A unix socket knows no reset:
/// its peer sees an abort as a reset only if it had sent something that was not read, and otherwise as an end of stream.</para>
/// </remarks>
public sealed partial class SocketConnection : Connection
{
    readonly Socket _socket;
    EndPoint? _local; // asked for by few, and then once
    SocketOperation? _reading; // made when a read first has to wait
    SocketOperation? _writing; // made when a write first has to wait
    volatile bool _closed; // the socket is closed, or will be in a moment
    volatile bool _readEnded;
    volatile bool _writeEnded;

    /// <param name="socket">Connected. It becomes non-blocking, and TCP sends at once (no Nagle delay): batching is done by whoever writes.</param>
    public SocketConnection(Socket socket)
        : this(socket, null)
    {
    }

    /// <param name="socket">As above.</param>
    /// <param name="remote">Its far end, for whoever dialled it and need not ask.</param>
    internal SocketConnection(Socket socket, EndPoint? remote)
    {
        _socket = socket;
        try
        {
            socket.Blocking = false;
            if (socket.ProtocolType == ProtocolType.Tcp) socket.NoDelay = true;
            RemoteEndPoint = EndPoints.Fold(remote ?? socket.RemoteEndPoint);
        }
        catch (SocketException)
        {
            // Reset before we looked, so that there is no peer to ask for. Reads deliver what had arrived, and then find out.
        }
    }

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint { get; }

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint
    {
        get
        {
            try
            {
                return _local ??= EndPoints.Fold(_socket.LocalEndPoint);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return null; // closed before anybody asked
            }
        }
    }

    /// <summary>For options that only some users need. Reading, writing and closing stay here.</summary>
    internal Socket Socket => _socket;

    /// <summary>
    /// Whether the peer has reset the connection, or has ended its direction and everything that it sent was read; for one from which nothing was read yet: it came, said nothing and
    /// left. Takes nothing of what is there to read.
    /// </summary>
    public bool HasLeft
    {
        get
        {
            if (_closed) return true;
            try
            {
                return _socket.Poll(0, SelectMode.SelectError) || (_socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return true;
            }
        }
    }

    /// <inheritdoc/>
    public override int TryRead(Span<byte> buffer)
    {
        if (_closed) return Aborted;
        if (_readEnded) return EndOfStream;
        try
        {
            var count = _socket.Receive(buffer, SocketFlags.None, out var error);
            if (count > 0) return count;
            return error == SocketError.WouldBlock ? WouldBlock : EndOfReading(error);
        }
        catch (ObjectDisposedException)
        {
            return Aborted; // an abort came between the check and the call
        }
    }

    /// <inheritdoc/>
    public override ValueTask WaitReadableAsync()
    {
        if (_closed) return ValueTask.CompletedTask;
        try
        {
            return (_reading ??= new SocketOperation(this)).WaitReadableAsync(_socket);
        }
        catch (ObjectDisposedException)
        {
            return ValueTask.CompletedTask;
        }
    }

    /// <inheritdoc/>
    public override bool DetectReset()
    {
        if (End is not null) return true;
        try
        {
            // Urgent data looks like an error to this poll, so the error itself is asked for. The kernel tells it once: it must be kept.
            if (!_socket.Poll(0, SelectMode.SelectError)) return false;
            var error = (SocketError)(int)_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
            if (error != SocketError.Success) Fail(error);
        }
        catch (SocketException e)
        {
            Fail(e.SocketErrorCode);
        }
        catch (ObjectDisposedException)
        {
            return true; // an abort came between the check and the call
        }
        return End is not null;
    }

    /// <inheritdoc/>
    public override int TryWrite(ReadOnlySpan<byte> buffer)
    {
        if (End is not null) return Aborted;
        try
        {
            var count = _socket.Send(buffer, SocketFlags.None, out var error);
            if (error == SocketError.Success) return count;
            if (error == SocketError.WouldBlock) return 0;
            Fail(error);
            return Aborted;
        }
        catch (ObjectDisposedException)
        {
            return Aborted;
        }
    }

    /// <inheritdoc/>
    public override ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        var taken = TryWrite(buffer.Span);
        if (taken == Aborted) return new ValueTask<bool>(false);
        if (taken == buffer.Length) return new ValueTask<bool>(true);
        try
        {
            return (_writing ??= new SocketOperation(this)).SendAsync(_socket, buffer[taken..]);
        }
        catch (ObjectDisposedException)
        {
            return new ValueTask<bool>(false);
        }
    }

    /// <inheritdoc/>
    public override ValueTask<bool> CompleteAsync()
    {
        if (End is not null) return new ValueTask<bool>(false);
        if (_writeEnded) return new ValueTask<bool>(true);
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
            _writeEnded = true;
            return new ValueTask<bool>(true);
        }
        catch (SocketException e)
        {
            // "Not connected": the peer's reset came first and nobody has read it yet.
            Fail(e.SocketErrorCode == SocketError.NotConnected ? SocketError.ConnectionReset : e.SocketErrorCode);
            return new ValueTask<bool>(false);
        }
        catch (ObjectDisposedException)
        {
            return new ValueTask<bool>(false);
        }
    }

    /// <inheritdoc/>
    public override void StopReading()
    {
        _readEnded = true;
        try
        {
            _socket.Shutdown(SocketShutdown.Receive); // wakes who waits
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Ended already, by either side: whoever waits knows.
        }
    }

    /// <inheritdoc/>
    public override int UnsentBytes => SocketTuning.UnsentBytes(_socket);

    /// <inheritdoc/>
    public override ValueTask<bool> AnswersAsync(TimeSpan patience) => OperatingSystem.IsLinux() ? PeerQuestion.AskAsync(this, patience) : base.AnswersAsync(patience);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        if (_readEnded && _writeEnded && SetEnd(EndReason.Completed))
        {
            _closed = true;
            _socket.Dispose();
        }
        else
        {
            SetEnd(new EndReason(EndPhase.Close, EndSide.Local, EndCause.Closed));
            CloseHard();
        }
        _reading?.Dispose();
        _writing?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    protected override void AbortCore() => CloseHard();

    /// <summary>Records what the system reported. The socket is closed unless the kernel has ended the connection already.</summary>
    internal void Fail(SocketError error)
    {
        SetEnd(SocketErrors.ToEndReason(error, EndPhase.Relay));
        if (!SocketErrors.EndsInKernel(error)) CloseHard();
    }

    int EndOfReading(SocketError error)
    {
        if (error != SocketError.Success) Fail(error);

        // The kernel reports a reset once, and that may have been to the writer or to a wait: afterwards it looks like an end of stream.
        if (End is not null) return Aborted;
        _readEnded = true;
        return EndOfStream;
    }

    // A close timeout of zero makes the runtime close with linger 0: TCP sends a reset, and the kernel drops what was not sent.
    void CloseHard()
    {
        _closed = true;
        _socket.Close(0);
    }
}
