using System.Globalization;
using System.Net.Sockets;
using Burrow.EndToEnd.Lab;
using Xunit;

namespace Burrow.EndToEnd.Services;

/// <summary>What a database client and its server do: small questions, answers of very different sizes, one after the other, for long.</summary>
static class Chatter
{
    /// <summary>Answers <c>"NNNNNN\n"</c> by so many bytes of a pattern whose seed is that number.</summary>
    public static SocketService Serve(LabHost host, int port) => SocketService.Start(host, port, async caller =>
    {
        while (true)
        {
            var question = await ReadQuestionAsync(caller);
            if (question is null) return;
            await new Pattern((ulong)question.Value).SendAsync(caller, question.Value);
        }
    });

    /// <summary>Asks so many questions and checks each answer.</summary>
    public static async Task AskAsync(Socket socket, int questions, int seed, TimeSpan pause = default)
    {
        var random = new Random(seed);
        for (var i = 0; i < questions; i++)
        {
            var size = 8 * random.Next(1, random.Next(10) == 0 ? 20_000 : 100);
            await socket.SendTextAsync(size.ToString("D6", CultureInfo.InvariantCulture) + "\n");
            await new Pattern((ulong)size).ReceiveAsync(socket, size).Within(60, $"the answer to question {i}");
            if (pause > TimeSpan.Zero) await Task.Delay(pause);
        }

        Assert.Equal(0, socket.Available);
    }

    static async Task<int?> ReadQuestionAsync(Socket caller)
    {
        try
        {
            return int.Parse((await caller.ReceiveTextAsync(7)).TrimEnd('\n'), CultureInfo.InvariantCulture);
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }
}
