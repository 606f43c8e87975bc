namespace Burrow.Session.Tests.Simulation;

/// <summary>Virtual time and what is to happen in it. Events of one moment happen in the order in which they were asked for.</summary>
sealed class SimClock
{
    readonly PriorityQueue<Action, (TimeSpan At, long Order)> _events = new();
    long _order;

    public TimeSpan Now { get; private set; }

    public long Steps { get; private set; }

    public void After(TimeSpan delay, Action action) => _events.Enqueue(action, (Now + delay, _order++));

    /// <summary>Lets the next event happen.</summary>
    /// <returns>False when nothing is left to happen.</returns>
    public bool Step()
    {
        if (!_events.TryDequeue(out var action, out var when)) return false;
        if (when.At > Now) Now = when.At; // never back: after a stop, what was missed happens late, in its order
        Steps++;
        action();
        return true;
    }

    /// <summary>Time passes while nobody looks: the machine slept, or both processes were stopped.</summary>
    public void Stop(TimeSpan duration) => Now += duration;
}
