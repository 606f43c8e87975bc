namespace Burrow.Carriers.Proxy;

/// <summary>A proxy's nonce, in the hands of one exchange at a time. Not thread-safe.</summary>
sealed class DigestNonce(DigestChallenge challenge)
{
    // Then it may have grown old by time, which says nothing of how often the next one may be used.
    static readonly TimeSpan Young = TimeSpan.FromSeconds(20);

    readonly long _since = Environment.TickCount64;

    /// <summary>How often it was used.</summary>
    public int Uses { get; private set; }

    public bool IsYoung => Environment.TickCount64 - _since < Young.TotalMilliseconds;

    /// <summary>The next use's value of Proxy-Authorization.</summary>
    public string Answer(ProxyCredentials credentials, string method, string uri) => challenge.Answer(credentials, method, uri, ++Uses);
}

/// <summary>
/// Nonces of a proxy's that may be used again. Requests side by side never share one: a proxy wants a nonce's uses in the order in which they are counted, and some count three of them, so that a
/// shared one would be spoilt for all whenever two requests overtook each other. Thread-safe.
/// </summary>
sealed class DigestNonces
{
    // As many as requests go side by side over one client's connections.
    const int MostKept = 16;

    readonly Lock _gate = new();
    readonly Stack<DigestNonce> _free = new();
    int _mostUses = int.MaxValue; // guarded by _gate: what this proxy allows, as far as it was seen

    /// <returns>Null when none is free that the proxy would take: it gives another to whoever asks without one.</returns>
    public DigestNonce? Take()
    {
        lock (_gate)
        {
            while (_free.TryPop(out var nonce))
                if (nonce.Uses < _mostUses) return nonce;
            return null;
        }
    }

    /// <summary>Gives one back that the proxy took, or that was not used.</summary>
    public void Return(DigestNonce nonce)
    {
        lock (_gate)
            if (_free.Count < MostKept) _free.Push(nonce);
    }

    /// <summary>The proxy called that one too old at its last use.</summary>
    public void Refused(DigestNonce nonce)
    {
        if (nonce is not { Uses: > 1, IsYoung: true }) return;
        lock (_gate) _mostUses = Math.Min(_mostUses, nonce.Uses - 1);
    }
}
