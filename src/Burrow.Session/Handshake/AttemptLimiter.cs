namespace Burrow.Session.Handshake;

/// <summary>
/// Decides, per address, whether a refused attempt is worth a log line and whether the next one is worth our patience. Pure: time is an argument, and who
/// calls it acts. Not thread-safe.
/// </summary>
/// <remarks>
/// A fixed window per address: the first refusal in it is logged; after <paramref name="maxRefusals"/> who is refused from there is not waited for until the window
/// ends. Only refusals count, so an honest Jack behind the same address, who is not refused, spends nothing. The table is bounded: beyond
/// <paramref name="maxAddresses"/> the oldest window goes, which costs at worst one more log line.
/// </remarks>
/// <param name="window">How long refusals are remembered.</param>
/// <param name="maxRefusals">How many refusals an address may collect in a window.</param>
/// <param name="maxAddresses">How many addresses are remembered.</param>
public sealed class AttemptLimiter(TimeSpan window, int maxRefusals = 20, int maxAddresses = 4096)
{
    sealed class Window
    {
        public required string Address;
        public required DateTimeOffset Start;
        public int Refusals;
    }

    readonly Dictionary<string, LinkedListNode<Window>> _byAddress = [];
    readonly LinkedList<Window> _oldestFirst = [];

    /// <summary>How many addresses are remembered now.</summary>
    public int Count => _byAddress.Count;

    /// <summary>Whether an attempt from there is worth our patience.</summary>
    public bool Admits(string address, DateTimeOffset now)
    {
        Forget(now);
        return !_byAddress.TryGetValue(address, out var node) || node.Value.Refusals < maxRefusals;
    }

    /// <summary>Counts a refused attempt.</summary>
    /// <returns>True if it should be logged: the first one of that address in its window.</returns>
    public bool Refused(string address, DateTimeOffset now)
    {
        Forget(now);
        if (_byAddress.TryGetValue(address, out var known))
        {
            known.Value.Refusals++;
            return false;
        }
        if (_byAddress.Count >= maxAddresses) RemoveOldest();
        _byAddress[address] = _oldestFirst.AddLast(new Window { Address = address, Start = now, Refusals = 1 });
        return true;
    }

    void Forget(DateTimeOffset now)
    {
        while (_oldestFirst.First is { } oldest && now - oldest.Value.Start >= window) RemoveOldest();
    }

    void RemoveOldest()
    {
        _byAddress.Remove(_oldestFirst.First!.Value.Address);
        _oldestFirst.RemoveFirst();
    }
}
