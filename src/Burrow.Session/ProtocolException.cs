namespace Burrow.Session;

/// <summary>
/// The peer (or somebody on the path) sent what docs/protocol.md does not allow. The only exception that the parsers throw, and never for anything
/// but hostile or broken input; it ends a link or a session, never the process.
/// </summary>
/// <param name="message">What was wrong.</param>
/// <param name="spoiled">
/// Somebody on an open path may have done it, not the peer: a wrong MAC, or a field that no MAC had vouched for yet. Another carrier may do better.
/// </param>
public sealed class ProtocolException(string message, bool spoiled = false) : Exception(message)
{
    public bool IsSpoiled => spoiled;
}
