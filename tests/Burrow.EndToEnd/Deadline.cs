using System.Diagnostics;

namespace Burrow.EndToEnd;

/// <summary>
/// A bound for waiting on the world outside this process, where there is no event to wait for: a port that opens, a file that grows. What is tested never depends on how
/// long it took; the deadline only turns an endless wait into a message.
/// </summary>
sealed class Deadline(TimeSpan limit, string message)
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Waits a moment before the next look.</summary>
    /// <exception cref="TimeoutException">The time is over.</exception>
    public async Task PollAsync()
    {
        if (Stopwatch.GetElapsedTime(_start) > limit) throw new TimeoutException($"{message} (after {limit.TotalSeconds} s)");
        await Task.Delay(Interval);
    }

    /// <summary>Polls until a condition holds.</summary>
    public static Task UntilAsync(Func<bool> condition, TimeSpan limit, string message) => UntilAsync(() => Task.FromResult(condition()), limit, message);

    /// <inheritdoc cref="UntilAsync(Func{bool}, TimeSpan, string)"/>
    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan limit, string message)
    {
        var deadline = new Deadline(limit, message);
        while (!await condition()) await deadline.PollAsync();
    }
}

static class DeadlineExtensions
{
    /// <summary>The task's result, or a <see cref="TimeoutException"/> that says what was waited for.</summary>
    public static async Task<T> Within<T>(this Task<T> task, double seconds, string what)
    {
        await ((Task)task).Within(seconds, what);
        return await task;
    }

    /// <inheritdoc cref="Within{T}"/>
    public static async Task Within(this Task task, double seconds, string what)
    {
        try
        {
            await task.WaitAsync(TimeSpan.FromSeconds(seconds));
        }
        catch (TimeoutException error) when (!task.IsCompleted)
        {
            throw new TimeoutException($"{what}: not within {seconds} s", error);
        }
    }
}
