namespace Burrow.Cli.Compose.Relaying;

/// <summary>
/// The floor under every rule about when to dial again: so many in a second and no more. Some answers of a wrong other side can't be told from a client's session, and a loop of them would dial
/// both sides thousands of times a second.
/// </summary>
/// <param name="most">In any second.</param>
/// <param name="time">Measures it.</param>
/// <remarks>Not thread-safe.</remarks>
sealed class DialPace(int most, TimeProvider time)
{
    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    readonly Queue<long> _last = new(most);

    /// <summary>Completes when another may be dialled, or when it is stopped.</summary>
    public async Task WaitAsync(CancellationToken stop)
    {
        if (_last.Count == most && Second - time.GetElapsedTime(_last.Dequeue()) is { Ticks: > 0 } rest)
            await Task.Delay(rest, time, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
        _last.Enqueue(time.GetTimestamp());
    }
}
