using Burrow.Core;

namespace Burrow.Endpoints.Inbounds.Dynamic;

/// <summary>What a client's bytes have come to.</summary>
enum StepKind
{
    /// <summary>More bytes are needed.</summary>
    More,

    /// <summary>The reply is to be sent, and the dialogue goes on.</summary>
    Reply,

    /// <summary>The request is complete: <see cref="Step.Request"/>.</summary>
    Done,

    /// <summary>The reply, which may be empty, is to be sent, and that is the end.</summary>
    Refused,
}

/// <summary>One step of a dialogue.</summary>
/// <param name="Consumed">How many bytes it used up.</param>
/// <param name="Reply">What the client is told now.</param>
/// <param name="Request">What the client wants, when it is clear.</param>
/// <param name="Why">For the log, when it was refused.</param>
readonly record struct Step(StepKind Kind, int Consumed, ReadOnlyMemory<byte> Reply = default, ProxyRequest? Request = null, string? Why = null)
{
    public static Step More => default;

    public static Step Refuse(ReadOnlyMemory<byte> reply, string why) => new(StepKind.Refused, 0, reply, Why: why);
}

/// <summary>
/// A client says what it wants, in one of the proxy protocols. Sans-I/O: fed with bytes, yields replies and in the end a request or a refusal. The same bytes lead to the same
/// steps, in whatever pieces they come.
/// </summary>
interface IDialogue
{
    /// <summary>How many bytes may be fed without a step that uses them up.</summary>
    int Longest { get; }

    /// <summary>Looks at what has arrived and was not used up before: all of it, every time.</summary>
    Step Feed(ReadOnlySpan<byte> bytes);
}

/// <summary>What a client asks for, and how it is answered.</summary>
/// <param name="Target">Where it wants to go; a name as it was given.</param>
/// <param name="Success">What it is told once the target is connected, before the target's first byte; empty: nothing.</param>
/// <param name="Failure">What it is told when there is no connection, by the reason.</param>
sealed record ProxyRequest(Target Target, ReadOnlyMemory<byte> Success, Func<EndReason, byte[]> Failure)
{
    /// <summary>What the target is sent before anything that the client sends further: a request's new head.</summary>
    public ReadOnlyMemory<byte> Head { get; init; }

    /// <summary>How far the client's bytes belong to the request; null: all do.</summary>
    public HttpProxy.BodyFraming? Body { get; init; }

    /// <summary>Rewrites the answer's head; null: everything passes as it is.</summary>
    public HttpProxy.ResponseRewriter? Response { get; init; }
}
