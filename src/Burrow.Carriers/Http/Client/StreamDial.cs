using System.Net;
using System.Net.Http.Headers;
using Burrow.Core;

namespace Burrow.Carriers.Http.Client;

/// <summary>
/// Jack's streamed pair (docs/protocol.md §8.2). The answer comes first: it needs no body to be asked for, so that whatever a proxy asks of us is settled before bytes
/// flow that could not be sent again.
/// </summary>
static class StreamDial
{
    public static async Task<DialResult> DialAsync(WebClient client, CancellationToken stop)
    {
        var id = CarrierId.New();
        if (await AskAsync(client, client.Make(new WebRoute(RouteKind.StreamDown, id)), stop) is not { } down) return Held(client, null, AnswersHeld);
        if (down.StatusCode != HttpStatusCode.OK)
        {
            var refused = WebFailure.Of(down, client.Url);
            down.Dispose();
            return DialResult.Failed(refused);
        }
        var input = await down.Content.ReadAsStreamAsync(stop);
        var body = new OpenBody();
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        var request = client.Make(new WebRoute(RouteKind.StreamUp, id));
        request.Content = body;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(StreamPreamble.Patience);
        if (!await HearAsync(input, StreamPreamble.Answers, patience.Token)) return Held(client, down, AnswersHeld);

        // It ends with the carrier: HttpClient reads the answer to a request only after its body.
        var life = new CancellationTokenSource();
        var up = client.SendAsync(request, life.Token);
        try
        {
            var output = await await Task.WhenAny(body.Stream, FailedAsync(up)).WaitAsync(patience.Token);
            await output.WriteAsync(new[] { StreamPreamble.Requests }, patience.Token);
            await output.FlushAsync(patience.Token);
            if (await HearAsync(input, StreamPreamble.Requests, patience.Token))
                return DialResult.Success(new BodyConnection(input, output, client.Remote, body.FinishAsync, () => ReleaseAsync(client, down, up, body, life)));
        }
        catch (OperationCanceledException)
        {
            // Said below.
        }
        await life.CancelAsync();
        await ((Task)up).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Held(client, down, $"the bodies of requests are held back for {StreamPreamble.Patience.TotalSeconds} s on the way");
    }

    static readonly string AnswersHeld = $"answers are held back for {StreamPreamble.Patience.TotalSeconds} s on the way, or are not Jenny's";

    /// <summary>Asks for the answer, whose head Jenny sends at once.</summary>
    /// <returns>Null when it does not come in time, counted from the connect: something waits for the end of the body, too.</returns>
    static async Task<HttpResponseMessage?> AskAsync(WebClient client, HttpRequestMessage request, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var asking = client.SendAsync(request, patience.Token);
        if (await Task.WhenAny(asking, client.Connected) != asking) patience.CancelAfter(StreamPreamble.Patience);
        try
        {
            return await asking;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Whether the next byte is the one expected, and comes in time.</summary>
    static async Task<bool> HearAsync(Stream input, byte expected, CancellationToken patience)
    {
        var one = new byte[1];
        try
        {
            return await input.ReadAsync(one, patience) == 1 && one[0] == expected;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    static async Task<Stream> FailedAsync(Task<HttpResponseMessage> up)
    {
        using var response = await up;
        throw new HttpRequestException($"answered {(int)response.StatusCode} {response.ReasonPhrase} before it was sent");
    }

    static DialResult Held(WebClient client, HttpResponseMessage? down, string what)
    {
        down?.Dispose();
        return DialResult.Failed(new EndReason(EndPhase.Dial, EndSide.Path, EndCause.TimedOut, $"{client.Url}: {what}"));
    }

    static async ValueTask ReleaseAsync(WebClient client, HttpResponseMessage down, Task<HttpResponseMessage> up, OpenBody body, CancellationTokenSource life)
    {
        down.Dispose();
        // Its answer says only that it was heard to its end.
        if (body.IsFinished) await Task.WhenAny(up, Task.Delay(LastAnswer));
        await life.CancelAsync();
        await ((Task)up).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (up.IsCompletedSuccessfully) (await up).Dispose();
        life.Dispose();
        client.Dispose();
    }

    static readonly TimeSpan LastAnswer = TimeSpan.FromSeconds(1);
}
