namespace Burrow.Cli.Compose.Maps;

/// <summary>A listener that we ask the other side for, until it has it.</summary>
sealed class RemoteAsk(ActiveMap map)
{
    public static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(15);

    public ActiveMap Map { get; } = map;

    public TimeSpan Backoff { get; set; } = TimeSpan.FromMilliseconds(500);
}
