using System.Collections.Concurrent;
using Burrow.Core;
using Microsoft.AspNetCore.Http;

namespace Burrow.Carriers.Http.Server;

/// <summary>Joins the long request and the long answer of one carrier (docs/protocol.md §8.2).</summary>
sealed class StreamDoor
{
    // As long as a caller has to prove who it is.
    static readonly TimeSpan JoinTimeout = TimeSpan.FromSeconds(10);

    readonly ConcurrentDictionary<UInt128, Pair> _waiting = [];

    /// <returns>False: there is no such pair, and nothing was answered yet.</returns>
    public ValueTask<bool> ServeAsync(HttpContext context, WebRoute route, Visit visit) =>
        route.Kind == RouteKind.StreamDown ? DownAsync(context, route.Id, visit) : UpAsync(context, route.Id, visit);

    async ValueTask<bool> DownAsync(HttpContext context, UInt128 id, Visit visit)
    {
        var pair = new Pair();
        if (!HttpMethods.IsGet(context.Request.Method) || !_waiting.TryAdd(id, pair)) return false;
        visit.NoteOurs();
        var response = context.Response;
        response.ContentType = "application/octet-stream";
        response.Headers.CacheControl = "no-store, no-transform";
        response.Headers["X-Accel-Buffering"] = "no"; // nginx, and what has learnt from it, then passes bytes on as they come
        var output = response.Body;
        try
        {
            await SayAsync(output, StreamPreamble.Answers, context.RequestAborted);
            var (input, other) = await pair.Up.Task.WaitAsync(JoinTimeout, context.RequestAborted);
            var first = new byte[1];
            if (await input.ReadAsync(first, context.RequestAborted) != 1 || first[0] != StreamPreamble.Requests) return true;
            await SayAsync(output, StreamPreamble.Requests, context.RequestAborted);
            // The answer's end is the half-close: what is left of Jack's direction goes on in his request, which is another one.
            await using var connection = new BodyConnection(input, output, visit.Remote, () => new(response.CompleteAsync()), static () => default);
            await visit.TakeAsync(new Carried(connection, SameUser: false, "http", () => { visit.Admit(); other.Admit(); }));
            if (connection.End is { Cause: not EndCause.Completed }) context.Abort();
        }
        catch (Exception e) when (PulledConnection.IsExpected(e) || e is TimeoutException)
        {
            context.Abort();
        }
        finally
        {
            _waiting.TryRemove(id, out _);
            pair.Over.TrySetResult(!context.RequestAborted.IsCancellationRequested);
        }
        return true;
    }

    async ValueTask<bool> UpAsync(HttpContext context, UInt128 id, Visit visit)
    {
        if (!HttpMethods.IsPost(context.Request.Method) || !_waiting.TryGetValue(id, out var pair)) return false;
        visit.NoteOurs();
        if (!pair.Up.TrySetResult((context.Request.Body, visit))) return false; // repeated by something on the way: one of them is enough
        if (await pair.Over.Task) context.Response.ContentLength = 0;
        else context.Abort();
        return true;
    }

    static async Task SayAsync(Stream output, byte word, CancellationToken stop)
    {
        await output.WriteAsync(new[] { word }, stop);
        await output.FlushAsync(stop);
    }

    sealed class Pair
    {
        public TaskCompletionSource<(Stream Body, Visit Visit)> Up { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<bool> Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
