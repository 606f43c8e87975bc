using System.Text;
using Burrow.Endpoints.Inbounds.Dynamic;
using Burrow.Endpoints.Inbounds.HttpProxy;
using Burrow.Endpoints.Inbounds.Socks;
using Xunit;

namespace Burrow.Endpoints.Tests.Inbounds.Dynamic;

/// <summary>Properties of the parsers, over many seeds: a failing one is in the message.</summary>
public sealed class AnyBytesTests
{
    static readonly byte[][] Seeds =
    [
        [4, 1, 0, 80, 10, 1, 2, 3, (byte)'u', 0], [4, 1, 0, 80, 0, 0, 0, 1, 0, .. "name.example"u8, 0], [5, 1, 0, 5, 1, 0, 3, 4, .. "host"u8, 0, 80],
        [5, 2, 0, 2, 1, 1, (byte)'u', 1, (byte)'p', 5, 1, 0, 1, 1, 2, 3, 4, 0, 80], [5, 1, 0, 5, 1, 0, 4, .. new byte[15], 1, 0, 80],
        [.. "CONNECT a.example:443 HTTP/1.1\r\nHost: a\r\n\r\n"u8],
        [.. "POST http://a.example/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"u8],
    ];

    [Fact]
    public void AnyBytes_InAnyPieces_LeadToTheSameEnd()
    {
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var bytes = Mutate(random);
            var whole = Run(bytes, _ => bytes.Length);
            var single = Run(bytes, _ => 1);
            var pieces = Run(bytes, left => random.Next(1, left + 1));
            Assert.True(whole == single && whole == pieces, $"seed {seed}: {whole} | {single} | {pieces}");
        }
    }

    [Fact]
    public void AnyBody_InAnyPieces_HasTheSameEnd()
    {
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var bytes = "4\r\nWiki\r\n6;a=b\r\npedia \r\n0\r\nX: y\r\n\r\nGET"u8.ToArray();
            for (var change = random.Next(4); change > 0; change--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            Assert.True(End(bytes, _ => bytes.Length) == End(bytes, _ => 1), $"seed {seed}");
        }

        static (int Taken, bool Over, bool Broken) End(byte[] bytes, Func<int, int> piece)
        {
            var body = BodyFraming.Of(new Core.Http.HttpHead("POST / HTTP/1.1", [new("Transfer-Encoding", "chunked")]))!;
            var taken = 0;
            for (var at = 0; at < bytes.Length;)
            {
                var count = piece(bytes.Length - at);
                taken += body.Take(bytes.AsSpan(at, count));
                at += count;
            }
            return (body.IsBroken ? 0 : taken, body.IsOver, body.IsBroken);
        }
    }

    static byte[] Mutate(Random random)
    {
        byte[] bytes = [.. Seeds[random.Next(Seeds.Length)]];
        if (random.Next(20) == 0) random.NextBytes(bytes);
        for (var change = random.Next(4); change > 0; change--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return random.Next(4) == 0 ? bytes[..random.Next(1, bytes.Length)] : bytes;
    }

    /// <summary>What becomes of these bytes when they are fed in pieces of these lengths.</summary>
    static string Run(byte[] bytes, Func<int, int> piece)
    {
        Assert.True(ProxyUsers.TryParse("u:p", out var users, out _));
        users = bytes[0] == 5 && bytes.Length > 1 && bytes[1] == 2 ? users : null;
        IDialogue dialogue = bytes[0] switch { 4 => new Socks4Dialogue(users), 5 => new Socks5Dialogue(users), _ => new HttpDialogue(users) };
        var said = new StringBuilder();
        var (start, end) = (0, 0);
        while (true)
        {
            var step = start < end ? dialogue.Feed(bytes.AsSpan(start, end - start)) : Step.More;
            Assert.InRange(step.Consumed, 0, end - start);
            said.Append(Convert.ToHexString(step.Reply.Span));
            start += step.Consumed;
            switch (step.Kind)
            {
                case StepKind.Done:
                    return $"{said} done {step.Request!.Target} at {start}";
                case StepKind.Refused:
                    return $"{said} refused: {step.Why}";
                case StepKind.Reply:
                    continue;
                default:
                    if (end == bytes.Length) return $"{said} waits";
                    end += piece(bytes.Length - end);
                    continue;
            }
        }
    }
}
