using System.Net;

namespace Burrow.Carriers.Http.Client;

/// <summary>The body of a request that has no end yet: whoever wants to write it gets the stream, and the request goes on until <see cref="FinishAsync"/>.</summary>
sealed class OpenBody : HttpContent
{
    readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is written to it is sent when it is flushed.</summary>
    public Task<Stream> Stream => _stream.Task;

    public bool IsFinished => _finished.Task.IsCompleted;

    /// <summary>Nothing more will be written.</summary>
    public ValueTask FinishAsync()
    {
        _finished.TrySetResult();
        return default;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _stream.TrySetResult(stream);
        await _finished.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Not known: the request is sent in chunks.</summary>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
