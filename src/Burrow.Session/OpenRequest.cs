using Burrow.Core;

namespace Burrow.Session;

/// <summary>What a channel is opened for (docs/protocol.md §6).</summary>
/// <param name="Target">Where it wants to go; null when it comes from a listener that the other side asked for.</param>
/// <param name="Listen">The id of that listener, or 0.</param>
/// <param name="Source">The client's address as its acceptor saw it: for logs, proves nothing.</param>
public sealed record OpenRequest(Target? Target, uint Listen, string? Source);

/// <summary>A listener that one side asks the other to open.</summary>
/// <param name="Bind">The address and port to bind on the other side.</param>
/// <param name="Target">Where its clients will be taken, for the other side's logs.</param>
public sealed record ListenRequest(Target Bind, string Target);
