using System.Net;

namespace Burrow.Carriers.Http;

/// <summary>The bodies of a long request and a long answer as one connection (docs/protocol.md §8.2).</summary>
/// <param name="input">What is read.</param>
/// <param name="output">What is written; every write is flushed.</param>
/// <param name="finish">Ends the written body.</param>
/// <param name="release">Lets both messages go.</param>
sealed class BodyConnection(Stream input, Stream output, EndPoint? remote, Func<ValueTask> finish, Func<ValueTask> release) : PulledConnection(remote)
{
    protected override ValueTask<int> ReceiveAsync(Memory<byte> buffer) => input.ReadAsync(buffer, AbortedToken);

    protected override async ValueTask SendAsync(ReadOnlyMemory<byte> buffer)
    {
        await output.WriteAsync(buffer, AbortedToken);
        await output.FlushAsync(AbortedToken);
    }

    protected override ValueTask FinishAsync() => finish();

    protected override ValueTask ReleaseAsync() => release();
}
