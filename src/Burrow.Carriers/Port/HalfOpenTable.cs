namespace Burrow.Carriers.Port;

/// <summary>
/// Who is being greeted and has proved nothing yet. Decides who must go when there are too many, and whose time is up. Pure: time is an argument, and the
/// caller aborts whom it is told to. Not thread-safe.
/// </summary>
/// <remarks>
/// Callers are counted by address and by network (see <see cref="AddressGroup"/>). Nobody's address gets more than a quarter of the places and no network more than half of
/// them, so that a flood from one place displaces only itself, even while there is room. When the table is full, the oldest caller of the most crowded
/// address of the most crowded network goes; among equals it is the one whose oldest caller is oldest.
/// </remarks>
public sealed class HalfOpenTable(int capacity, TimeSpan deadline)
{
    sealed record Entry(long Id, string Network, string Address, DateTimeOffset Deadline);

    sealed class Network
    {
        public int Count;
        public readonly Dictionary<string, Queue<long>> ByAddress = [];
    }

    readonly int _perAddress = Math.Max(1, capacity / 4);
    readonly int _perNetwork = Math.Max(1, capacity / 2);
    readonly LinkedList<Entry> _oldestFirst = [];
    readonly Dictionary<long, LinkedListNode<Entry>> _byId = [];
    readonly Dictionary<string, Network> _networks = [];
    long _lastId;

    /// <summary>How many are in it.</summary>
    public int Count => _byId.Count;

    /// <summary>Adds a caller.</summary>
    /// <param name="network">Where its address belongs.</param>
    /// <param name="address">Its address, or what counts as one.</param>
    /// <param name="now">Any steady clock.</param>
    /// <param name="evicted">Who must go for it; null while there is room.</param>
    /// <returns>The caller's id.</returns>
    public long Add(string network, string address, DateTimeOffset now, out long? evicted)
    {
        evicted = WhoMustGo(network, address);
        if (evicted is { } gone) Remove(gone);
        var id = ++_lastId;
        _byId[id] = _oldestFirst.AddLast(new Entry(id, network, address, now + deadline));
        if (!_networks.TryGetValue(network, out var neighbours)) _networks[network] = neighbours = new Network();
        if (!neighbours.ByAddress.TryGetValue(address, out var members)) neighbours.ByAddress[address] = members = [];
        neighbours.Count++;
        members.Enqueue(id);
        return id;
    }

    /// <summary>A caller has proved who it is, or is gone. Ids that are not in the table are ignored.</summary>
    public void Remove(long id)
    {
        if (!_byId.Remove(id, out var node)) return;
        _oldestFirst.Remove(node);
        var network = _networks[node.Value.Network];
        var members = network.ByAddress[node.Value.Address];
        // In a queue of ids in order, one in the middle: the table bounds it.
        for (var count = members.Count; count > 0; count--)
        {
            var member = members.Dequeue();
            if (member != id) members.Enqueue(member);
        }
        if (members.Count == 0) network.ByAddress.Remove(node.Value.Address);
        if (--network.Count == 0) _networks.Remove(node.Value.Network);
    }

    /// <summary>Takes out one whose time is up.</summary>
    public bool TryTakeOverdue(DateTimeOffset now, out long id)
    {
        id = 0;
        if (_oldestFirst.First is not { } oldest || oldest.Value.Deadline > now) return false;
        id = oldest.Value.Id;
        Remove(id);
        return true;
    }

    long? WhoMustGo(string network, string address)
    {
        if (_networks.TryGetValue(network, out var neighbours))
        {
            if (neighbours.ByAddress.TryGetValue(address, out var members) && members.Count >= _perAddress) return members.Peek();
            if (neighbours.Count >= _perNetwork) return MostCrowded(neighbours).Oldest;
        }
        if (_byId.Count < capacity) return null;

        var (most, oldest) = (0, long.MaxValue);
        foreach (var candidate in _networks.Values)
        {
            if (candidate.Count < most) continue;
            var first = MostCrowded(candidate).Oldest;
            if (candidate.Count > most || first < oldest) (most, oldest) = (candidate.Count, first);
        }
        return oldest;
    }

    static (int Count, long Oldest) MostCrowded(Network network)
    {
        var (most, oldest) = (0, long.MaxValue);
        foreach (var members in network.ByAddress.Values)
        {
            if (members.Count > most || (members.Count == most && members.Peek() < oldest)) (most, oldest) = (members.Count, members.Peek());
        }
        return (most, oldest);
    }
}
