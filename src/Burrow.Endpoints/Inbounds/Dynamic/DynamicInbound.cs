using System.Diagnostics.CodeAnalysis;
using Burrow.Core;
using Burrow.Endpoints.Inbounds.HttpProxy;
using Burrow.Endpoints.Inbounds.Socks;

namespace Burrow.Endpoints.Inbounds.Dynamic;

/// <summary>A client that said what it wants, or why it is turned away.</summary>
public readonly record struct DynamicResult
{
    DynamicResult(ProxyClient? client, string? refusal) => (Client, Refusal) = (client, refusal);

    /// <summary>Owned by the caller.</summary>
    public ProxyClient? Client { get; }

    /// <summary>For the log; the client was told in its own language, and its connection is closed.</summary>
    public string? Refusal { get; }

    [MemberNotNullWhen(true, nameof(Client))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool Succeeded => Client is not null;

    internal static DynamicResult Of(ProxyClient client) => new(client, null);

    internal static DynamicResult Refused(string why) => new(null, why);
}

/// <summary>The inbound of dynamic maps: SOCKS 4, 4a and 5 and HTTP proxying on one port, told apart by the first byte.</summary>
/// <param name="users">See <see cref="Users"/>.</param>
/// <param name="time">Measures the deadline.</param>
/// <param name="deadline">For the whole request; null: 30 s.</param>
public sealed class DynamicInbound(ProxyUsers? users, TimeProvider time, TimeSpan? deadline = null)
{
    // A request is a few packets; whoever needs longer holds a descriptor for nothing.
    static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(30);

    // Enough for every SOCKS request; an HTTP head that is longer makes it grow.
    const int FirstBuffer = 1024;

    /// <summary>Clients that have not said yet what they want; each holds 32 KiB at most. Beyond it new ones are turned away.</summary>
    public const int MostAtOnce = 1024;

    int _talking;
    volatile ProxyUsers? _users = users;

    /// <summary>Who may use it; null: everybody who can reach the port. Another one holds for clients that come from then on.</summary>
    public ProxyUsers? Users
    {
        get => _users;
        set => _users = value;
    }

    /// <summary>Lets one client say what it wants. Takes the connection over; never throws.</summary>
    public async Task<DynamicResult> ReadAsync(Connection client)
    {
        string refusal;
        try
        {
            if (Interlocked.Increment(ref _talking) > MostAtOnce)
            {
                refusal = "too many clients that have not said yet what they want";
                client.Abort(new EndReason(EndPhase.Accept, EndSide.Local, EndCause.Busy));
            }
            else
            {
                await using var late = time.CreateTimer(static state => ((Connection)state!).Abort(Late), client, deadline ?? DefaultDeadline, Timeout.InfiniteTimeSpan);
                var (request, early, why) = await TalkAsync(client);
                if (request is not null) return DynamicResult.Of(new ProxyClient(client, request, early, time));
                refusal = client.End?.ToString() ?? why!;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _talking);
        }
        await client.DisposeAsync();
        return DynamicResult.Refused(refusal);
    }

    async Task<(ProxyRequest? Request, ReadOnlyMemory<byte> Early, string? Why)> TalkAsync(Connection client)
    {
        var buffer = new byte[FirstBuffer];
        var (start, end) = (0, 0);
        IDialogue? dialogue = null;
        while (true)
        {
            if (start < end)
            {
                dialogue ??= For(buffer[start]);
                if (dialogue is null) return (null, default, $"begins with 0x{buffer[start]:x2}, which is neither SOCKS nor HTTP");
                var step = dialogue.Feed(buffer.AsSpan(start, end - start));
                start += step.Consumed;
                switch (step.Kind)
                {
                    case StepKind.Done:
                        return (step.Request, buffer.AsMemory(start, end - start), null);
                    case StepKind.Refused:
                        await SayNoAsync(client, step.Reply);
                        return (null, default, step.Why);
                    case StepKind.Reply:
                        if (!await client.WriteAsync(step.Reply)) return default;
                        continue;
                    case StepKind.More:
                        break;
                }
            }
            if (start > 0) buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            if (end == buffer.Length) Array.Resize(ref buffer, Math.Min(buffer.Length * 2, Math.Max(buffer.Length + 1, dialogue!.Longest)));
            var count = await client.ReadAsync(buffer.AsMemory(end));
            if (count == Connection.EndOfStream) return (null, default, "left before it had said what it wants");
            if (count < 0) return default;
            end += count;
        }
    }

    IDialogue? For(byte first) => first switch
    {
        4 => new Socks4Dialogue(_users),
        5 => new Socks5Dialogue(_users),
        (>= (byte)'A' and <= (byte)'Z') or (>= (byte)'a' and <= (byte)'z') => new HttpDialogue(_users),
        _ => null,
    };

    // Reads on until the client has gone, within the deadline: closing over unread bytes would turn the answer into a reset.
    static async Task SayNoAsync(Connection client, ReadOnlyMemory<byte> reply)
    {
        if (!await client.WriteAsync(reply) || !await client.CompleteAsync()) return;
        var dropped = new byte[1024];
        while (await client.ReadAsync(dropped) > 0) { }
    }

    static readonly EndReason Late = new(EndPhase.Accept, EndSide.Peer, EndCause.TimedOut, "did not say in time what it wants");
}
