using Burrow.Cli.Status;

namespace Burrow.Cli.Compose;

/// <summary>What many connections of one kind have moved, those that are open included. What is over costs nothing but its bytes' place in a sum. Thread-safe.</summary>
/// <param name="bytes">What one has moved so far, there and back; called with the lock held.</param>
/// <param name="time">Measures the rates.</param>
class TrafficSum<T>(Func<T, (long There, long Back)> bytes, TimeProvider time)
    where T : class
{
    readonly HashSet<T> _open = []; // also the lock
    readonly RateMeter _thereRate = new(time);
    readonly RateMeter _backRate = new(time);
    long _total;
    (long There, long Back) _over;

    /// <summary>Bytes so far.</summary>
    public (long There, long Back) Bytes
    {
        get { lock (_open) return Sum(); }
    }

    /// <summary>Those that are open now.</summary>
    protected T[] Open
    {
        get { lock (_open) return [.. _open]; }
    }

    public void Began(T one)
    {
        lock (_open)
        {
            _open.Add(one);
            _total++;
        }
    }

    public void Ended(T one)
    {
        lock (_open)
        {
            if (_open.Remove(one)) _over = Add(_over, one);
        }
    }

    /// <summary>How many now and ever, bytes and rates each way.</summary>
    public MapStatus Status(string text, MapState state, string? why)
    {
        lock (_open)
        {
            var (there, back) = Sum();
            return new MapStatus(text, state, why, _open.Count, _total, there, back, _thereRate.Update(there), _backRate.Update(back));
        }
    }

    (long There, long Back) Sum() => _open.Aggregate(_over, Add);

    (long There, long Back) Add((long There, long Back) sum, T one)
    {
        var (there, back) = bytes(one);
        return (sum.There + there, sum.Back + back);
    }
}
