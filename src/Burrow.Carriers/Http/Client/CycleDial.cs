using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using Burrow.Carriers.Http.Cycles;
using Burrow.Core;

namespace Burrow.Carriers.Http.Client;

/// <summary>Jack's cycles (docs/protocol.md §8.3): opens them, and makes one request of <see cref="CycleClient"/>'s.</summary>
static class CycleDial
{
    public static async Task<DialResult> DialAsync(WebClient client, CancellationToken stop)
    {
        var id = CarrierId.New();
        var request = client.Make(new WebRoute(RouteKind.Open, id));
        request.Content = new ByteArrayContent([]);
        using var response = await client.SendAsync(request, stop);
        if (response.StatusCode != HttpStatusCode.OK) return DialResult.Failed(WebFailure.Of(response, client.Url));
        var body = await ReadAsync(response, CycleAnswer.HeaderLength, stop);
        return body is not null && CycleAnswer.TryParse(body, out var answer) && answer is { Over: false }
            ? DialResult.Success(new JackCycles(client, id, TimeProvider.System))
            : DialResult.Failed(WebFailure.Of(response, client.Url, " without Jenny's answer in it"));
    }

    /// <summary>Makes one request.</summary>
    /// <param name="bytes">A push's.</param>
    /// <param name="received">What we have of Jenny's stream.</param>
    /// <returns>Her answer; or what was in the way, and whether she no longer knows the carrier.</returns>
    public static async Task<(CycleAnswer? Answer, CycleMiss Miss, EndReason? Failure, bool IsGone)> SendAsync(
        WebClient client, UInt128 id, CycleRequest request, ReadOnlyMemory<byte> bytes, long received, CancellationToken stop)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(request.Hold + CycleTuning.AnswerTimeout);
        var kind = request.IsPush ? RouteKind.Push : RouteKind.Pull;
        var message = client.Make(new WebRoute(kind, id, request.First, received, request.Length, (int)request.Hold.TotalMilliseconds, request.Fin));
        if (request.IsPush)
        {
            message.Content = new ReadOnlyMemoryContent(bytes);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        }
        try
        {
            using var response = await client.SendAsync(message, deadline.Token);
            if (response.StatusCode == HttpStatusCode.OK
                && await ReadAsync(response, CycleAnswer.HeaderLength + (request.IsPush ? 0 : request.Length), deadline.Token) is { } body
                && CycleAnswer.TryParse(body, out var answer) && (request.IsPush || answer.First <= request.First)) return (answer, default, null, false);
            var miss = (int)response.StatusCode switch
            {
                // A nonce grew old, or requests side by side came in another order than they were counted: nothing is wrong with the size.
                407 => CycleMiss.Unavailable,
                >= 400 and < 500 => CycleMiss.Refused,
                >= 500 => CycleMiss.Unavailable,
                _ => CycleMiss.Lost,
            };
            return (null, miss, WebFailure.Of(response, client.Url), response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone);
        }
        catch (Exception e) when (PulledConnection.IsExpected(e))
        {
            return (null, CycleMiss.Lost, WebFailure.Of(e, client.Url, deadline.IsCancellationRequested, stop), false);
        }
    }

    /// <summary>Tells Jenny that the carrier is over, if she can be told soon.</summary>
    public static async Task EndAsync(WebClient client, UInt128 id)
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            var request = client.Make(new WebRoute(RouteKind.End, id));
            request.Content = new ByteArrayContent([]);
            using var response = await client.SendAsync(request, soon.Token);
        }
        catch (Exception e) when (PulledConnection.IsExpected(e))
        {
            // She notices by herself, later.
        }
    }

    /// <returns>The whole body; null when it is longer than Jenny's could be.</returns>
    static async Task<byte[]?> ReadAsync(HttpResponseMessage response, int most, CancellationToken stop)
    {
        if (response.Content.Headers.ContentLength > most) return null;
        var stream = await response.Content.ReadAsStreamAsync(stop);
        var known = response.Content.Headers.ContentLength;
        var buffer = ArrayPool<byte>.Shared.Rent((int)(known ?? most) + 1);
        try
        {
            var count = await stream.ReadAtLeastAsync(buffer.AsMemory(0, (int)(known ?? most) + 1), (int)(known ?? most) + 1, throwOnEndOfStream: false, stop);
            return count > most ? null : buffer.AsSpan(0, count).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
