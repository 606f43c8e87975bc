namespace Burrow.Carriers.Http;

/// <summary>What a streamed pair begins with (docs/protocol.md §8.2), so that both ends know that nothing on the way waits for the end of a body.</summary>
static class StreamPreamble
{
    /// <summary>Jenny's first byte, sent at once: answers are passed on while they come.</summary>
    public const byte Answers = (byte)'+';

    /// <summary>Jack's first byte, which Jenny sends back: requests are passed on, too.</summary>
    public const byte Requests = (byte)'!';

    /// <summary>How long something may take to pass a byte on before it counts as holding bodies back.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
}
