namespace Burrow.Session;

/// <summary>
/// The peer (or somebody on the path) sent what docs/protocol.md does not allow. The only exception that the parsers throw, and never for anything
/// but hostile or broken input; it ends a link or a session, never the process.
/// </summary>
public sealed class ProtocolException(string message) : Exception(message);
