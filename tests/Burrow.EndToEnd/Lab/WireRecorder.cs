namespace Burrow.EndToEnd.Lab;

/// <summary>Keeps every byte that passes a <see cref="CutProxy"/>, for each connection and direction apart.</summary>
sealed class WireRecorder
{
    readonly Dictionary<(int Connection, bool Up), MemoryStream> _seen = [];

    public WireRecorder(CutProxy path) => path.Seen = (connection, up, bytes) =>
    {
        MemoryStream? stream;
        lock (_seen)
            if (!_seen.TryGetValue((connection, up), out stream)) _seen[(connection, up)] = stream = new MemoryStream();
        stream.Write(bytes.Span);
    };

    /// <summary>What one side of a connection said. To be asked for when nothing passes any more.</summary>
    public byte[] Bytes(int connection, bool up)
    {
        lock (_seen) return _seen.GetValueOrDefault((connection, up))?.ToArray() ?? [];
    }
}
