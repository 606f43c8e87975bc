namespace Burrow.Carriers.Port;

/// <summary>
/// Who is being greeted and has proved nothing yet. Decides who must go when there are too many, and whose time is up. Pure: time is an argument, and the
/// caller aborts whom it is told to. Not thread-safe.
/// </summary>
/// <remarks>
/// When the table is full, the oldest caller of the group (an address, see <see cref="AddressGroup"/>) with the most callers goes: a flood from one place
/// only displaces itself. Among equal groups it is the one whose oldest caller is oldest.
/// </remarks>
public sealed class HalfOpenTable(int capacity, TimeSpan deadline)
{
    sealed record Entry(long Id, string Group, DateTimeOffset Deadline);

    readonly LinkedList<Entry> _oldestFirst = [];
    readonly Dictionary<long, LinkedListNode<Entry>> _byId = [];
    readonly Dictionary<string, Queue<long>> _groups = [];
    long _lastId;

    /// <summary>How many are in it.</summary>
    public int Count => _byId.Count;

    /// <summary>When the next one's time is up; null when the table is empty.</summary>
    public DateTimeOffset? NextDeadline => _oldestFirst.First?.Value.Deadline;

    /// <summary>Adds a caller.</summary>
    /// <param name="evicted">Who must go for it; null while there is room.</param>
    /// <returns>The caller's id.</returns>
    public long Add(string group, DateTimeOffset now, out long? evicted)
    {
        evicted = null;
        if (_byId.Count >= capacity)
        {
            evicted = OldestOfLargestGroup();
            Remove(evicted.Value);
        }
        var id = ++_lastId;
        _byId[id] = _oldestFirst.AddLast(new Entry(id, group, now + deadline));
        if (!_groups.TryGetValue(group, out var members)) _groups[group] = members = [];
        members.Enqueue(id);
        return id;
    }

    /// <summary>A caller has proved who it is, or is gone. Ids that are not in the table are ignored.</summary>
    public void Remove(long id)
    {
        if (!_byId.Remove(id, out var node)) return;
        _oldestFirst.Remove(node);
        var members = _groups[node.Value.Group];
        // In a queue of ids in order, one in the middle: groups are small, and the table bounds them.
        for (var count = members.Count; count > 0; count--)
        {
            var member = members.Dequeue();
            if (member != id) members.Enqueue(member);
        }
        if (members.Count == 0) _groups.Remove(node.Value.Group);
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

    long OldestOfLargestGroup()
    {
        var (most, oldest) = (0, long.MaxValue);
        foreach (var members in _groups.Values)
        {
            if (members.Count < most || (members.Count == most && members.Peek() > oldest)) continue;
            (most, oldest) = (members.Count, members.Peek());
        }
        return oldest;
    }
}
