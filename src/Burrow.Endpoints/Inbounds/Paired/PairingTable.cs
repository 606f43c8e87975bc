namespace Burrow.Endpoints.Inbounds.Paired;

/// <summary>Which side of a pair.</summary>
public enum PairSide
{
    /// <summary>Those who want a service.</summary>
    Client,

    /// <summary>Those who have it.</summary>
    Helper,
}

/// <summary>Brings those who wait on two sides together, first come, first served. Thread-safe.</summary>
/// <param name="most">Who may wait on each side.</param>
public sealed class PairingTable(int most)
{
    readonly Lock _gate = new();
    readonly LinkedList<WaitingConnection> _clients = new();
    readonly LinkedList<WaitingConnection> _helpers = new();

    /// <summary>How many wait, clients and helpers.</summary>
    public (int Clients, int Helpers) Waiting
    {
        get { lock (_gate) return (_clients.Count, _helpers.Count); }
    }

    /// <summary>Finds a partner, or waits.</summary>
    /// <param name="side">Whose side.</param>
    /// <param name="connection">Who comes.</param>
    /// <param name="partner">The one who waited longest on the other side and has not left; taken, as is <paramref name="connection"/>. Null: it waits now.</param>
    /// <param name="first">Before all others of its side: it had its turn already.</param>
    /// <returns>False when too many wait on that side, or it has left already.</returns>
    public bool TryAdd(PairSide side, WaitingConnection connection, out WaitingConnection? partner, bool first = false)
    {
        partner = null;
        lock (_gate)
        {
            var (own, other) = side == PairSide.Client ? (_clients, _helpers) : (_helpers, _clients);
            while (other.First is { Value: var candidate })
            {
                other.RemoveFirst();
                if (!candidate.Take()) continue;
                if (!connection.Take())
                {
                    // It left in this very moment. Its partner is watched no more, but may serve the next.
                    other.AddFirst(candidate);
                    return false;
                }
                partner = candidate;
                return true;
            }
            if (own.Count >= most) return false;
            if (first) own.AddFirst(connection);
            else own.AddLast(connection);
            return true;
        }
    }

    /// <summary>Who waited waits no longer.</summary>
    /// <returns>False when it does not wait: it has a partner.</returns>
    public bool Remove(WaitingConnection connection)
    {
        lock (_gate) return _clients.Remove(connection) || _helpers.Remove(connection);
    }
}
