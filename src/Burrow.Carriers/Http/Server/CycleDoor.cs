using System.Buffers;
using System.Collections.Concurrent;
using Burrow.Carriers.Http.Cycles;
using Burrow.Core;
using Microsoft.AspNetCore.Http;

namespace Burrow.Carriers.Http.Server;

/// <summary>Finds the carrier of each cycle's request, and makes one when Jack begins (docs/protocol.md §8.3).</summary>
sealed class CycleDoor(TimeProvider time) : IDisposable
{
    static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    readonly ConcurrentDictionary<UInt128, JennyCycles> _open = [];
    ITimer? _timer; // begins with the first carrier

    /// <returns>False: nobody is known by that id, and nothing was answered yet.</returns>
    public async ValueTask<bool> ServeAsync(HttpContext context, WebRoute route, Visit visit)
    {
        var isPull = route.Kind == RouteKind.Pull;
        if (!(isPull ? HttpMethods.IsGet(context.Request.Method) : HttpMethods.IsPost(context.Request.Method))) return false;
        if (route.Kind == RouteKind.Open)
        {
            var carrier = Open(route.Id, visit);
            carrier.Join(visit);
            await AnswerAsync(context, carrier.Open());
            return true;
        }
        if (!_open.TryGetValue(route.Id, out var known)) return false;
        known.Join(visit);
        switch (route.Kind)
        {
            case RouteKind.Push:
                // What is too much is as good as lost: Jack hears what has arrived, and sends the rest again.
                await AnswerAsync(context, await ReadAsync(context.Request, known.MostPush) is { } bytes ? known.Push(route, bytes) : known.Open());
                return true;
            case RouteKind.Pull:
                await AnswerAsync(context, await known.PullAsync(route, context.RequestAborted));
                return true;
            default:
                known.EndedByPeer();
                context.Response.StatusCode = StatusCodes.Status200OK;
                context.Response.ContentLength = 0;
                return true;
        }
    }

    public void Dispose()
    {
        _timer?.Dispose();
        foreach (var carrier in _open.Values) carrier.Abort(EndReason.Stopped);
    }

    // A second request to open is the first one, repeated by something on the way.
    JennyCycles Open(UInt128 id, Visit visit)
    {
        var made = new JennyCycles(visit.Remote, new CycleServer(), time, gone => _open.TryRemove(gone.Id, out _)) { Id = id };
        var carrier = _open.GetOrAdd(id, made);
        if (carrier != made) return carrier;
        LazyInitializer.EnsureInitialized(ref _timer, () => time.CreateTimer(static door => ((CycleDoor)door!).EndAbandoned(), this, Look, Look));
        _ = visit.TakeAsync(new Carried(made, SameUser: false, "cycles", made.Admit)); // the port waits for it
        return made;
    }

    void EndAbandoned()
    {
        foreach (var carrier in _open.Values)
            if (carrier.IsAbandoned) carrier.Abort(new EndReason(EndPhase.Relay, EndSide.Path, EndCause.Silent, "asks for nothing any more"));
    }

    /// <returns>Null when it is longer than anything that Jack would send now.</returns>
    static async ValueTask<byte[]?> ReadAsync(HttpRequest request, int most)
    {
        if (request.ContentLength is not { } length)
        {
            // A proxy may have taken the length away.
            using var whole = new MemoryStream();
            var piece = new byte[16 * 1024];
            int count;
            while ((count = await request.Body.ReadAsync(piece)) > 0)
            {
                if (whole.Length + count > most) return null;
                whole.Write(piece, 0, count);
            }
            return whole.ToArray();
        }
        if (length > most) return null;
        var bytes = new byte[length];
        await request.Body.ReadExactlyAsync(bytes);
        return bytes;
    }

    static async ValueTask AnswerAsync(HttpContext context, CycleAnswer answer)
    {
        var response = context.Response;
        response.ContentType = "application/octet-stream";
        response.Headers.CacheControl = "no-store, no-transform";
        var length = CycleAnswer.HeaderLength + answer.Bytes.Length;
        response.ContentLength = length;
        // In one piece, so that it is one write.
        var whole = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            answer.WriteHeader(whole);
            answer.Bytes.CopyTo(whole.AsMemory(CycleAnswer.HeaderLength));
            await response.Body.WriteAsync(whole.AsMemory(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }
}
