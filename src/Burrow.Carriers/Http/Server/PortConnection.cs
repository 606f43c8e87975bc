using System.IO.Pipelines;
using Burrow.Core;
using Microsoft.AspNetCore.Connections;

namespace Burrow.Carriers.Http.Server;

/// <summary>A connection as Kestrel wants it. Kestrel disposes it when it has done with it; that completes <see cref="Served"/>.</summary>
sealed class PortConnection : DefaultConnectionContext, IDuplexPipe
{
    // One read of the kernel brings a whole batch of the other side's; nothing is held while nothing comes.
    static readonly StreamPipeReaderOptions Reading = new(bufferSize: 64 * 1024, minimumReadSize: 4 * 1024, leaveOpen: true, useZeroByteReads: true);
    static readonly StreamPipeWriterOptions Writing = new(minimumBufferSize: 16 * 1024, leaveOpen: true);

    static long _count;

    readonly Connection _connection;
    readonly CancellationTokenSource _closed = new();
    readonly TaskCompletionSource _served = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PortConnection(Connection connection, Visit visit) : base(Interlocked.Increment(ref _count).ToString("x"))
    {
        _connection = connection;
        Input = PipeReader.Create(new ConnectionStream(connection), Reading);
        Output = PipeWriter.Create(new AnswerStream(connection, visit), Writing);
        Transport = this;
        RemoteEndPoint = connection.RemoteEndPoint;
        LocalEndPoint = connection.LocalEndPoint;
        ConnectionClosed = _closed.Token;
        Features.Set(visit);
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public Task Served => _served.Task;

    public override void Abort(ConnectionAbortedException abortReason)
    {
        _connection.Abort(new EndReason(EndPhase.Relay, EndSide.Local, EndCause.Closed, abortReason.Message));
        _closed.Cancel();
    }

    public override async ValueTask DisposeAsync()
    {
        await Input.CompleteAsync();
        await Output.CompleteAsync();
        if (_connection.End is null && await _connection.CompleteAsync()) await DrainAsync();
        await _closed.CancelAsync();
        await base.DisposeAsync();
        _served.TrySetResult();
    }

    /// <summary>
    /// Closing over unread bytes would turn the last answer into a reset, and so would closing before it was read. Bounded in time and bytes: who talks on after the end is
    /// not listened to for long.
    /// </summary>
    async Task DrainAsync()
    {
        await using var late = new Timer(static state => ((PortConnection)state!)._connection.Abort(Lingered), this, Linger, Timeout.InfiniteTimeSpan);
        var rest = new byte[4096];
        for (var left = 64; left > 0 && await _connection.ReadAsync(rest) > 0; left--) { }
    }

    static readonly TimeSpan Linger = TimeSpan.FromSeconds(10);
    static readonly EndReason Lingered = new(EndPhase.Close, EndSide.Peer, EndCause.TimedOut, "did not close after the last answer");
}
