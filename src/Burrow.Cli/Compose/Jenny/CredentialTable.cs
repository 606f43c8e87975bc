using Burrow.Carriers.Identity;
using Burrow.Cli.Compose.Maps;

namespace Burrow.Cli.Compose.Jenny;

/// <summary>Who may come and what each may do. Replaced as a whole when the authorized file is read again. Thread-safe.</summary>
sealed class CredentialTable
{
    // Sessions of one credential at once, unless its entry says otherwise: three modes for twenty Jacks who share a secret.
    const int DefaultMaxSessions = 64;

    // Each is a descriptor or two: it bounds what one credential can take of those that all share.
    const int DefaultMaxListeners = 1024;

    readonly Authority _default;
    readonly Grant _unnamed;
    volatile IReadOnlyDictionary<string, (Credential Credential, Grant Grant)> _byPin = new Dictionary<string, (Credential, Grant)>();

    /// <param name="orElse">What holds for entries that say nothing themselves.</param>
    public CredentialTable(Authority orElse)
    {
        _default = orElse;
        _unnamed = new Grant(null, orElse, DefaultMaxSessions, new Quotas(new Quota(Session.Session.MaxPeerChannels), new Quota(DefaultMaxListeners)));
    }

    /// <exception cref="KeyProblemException">An entry's permit is not understood.</exception>
    public void Replace(IReadOnlyList<Credential> credentials) => _byPin = credentials.ToDictionary(
        credential => credential.Pin.Text, credential => (credential, GrantOf(credential, alone: credentials.Count == 1)));

    public Credential? Find(Pin? pin) => pin is not null && _byPin.TryGetValue(pin.Text, out var found) ? found.Credential : null;

    /// <summary>What the holder of that pin may do; null when it was taken out. A carrier that is authenticated itself has no pin and the default's rights.</summary>
    public Grant? GrantOf(string? pin)
    {
        if (pin is null) return _unnamed;
        return _byPin.TryGetValue(pin, out var found) ? found.Grant : null;
    }

    // What is open goes on counting when the file is read again.
    Grant GrantOf(Credential credential, bool alone)
    {
        var known = _byPin.TryGetValue(credential.Pin.Text, out var before) ? before.Grant.Quotas : null;
        var quotas = new Quotas(
            Kept(known?.Channels, credential.MaxChannels ?? Session.Session.MaxPeerChannels), Kept(known?.Listeners, credential.MaxListeners ?? DefaultMaxListeners));
        // Jenny's own maps lead to a Jack, and open what she names: with several Jacks it has to be said whom they are meant for.
        var authority = Permissions.Of(credential.PermitDial, credential.PermitListen, _default) with { OwnMaps = alone || credential.OwnMaps };
        return new(credential.Name, authority, credential.MaxSessions ?? DefaultMaxSessions, quotas);
    }

    static Quota Kept(Quota? known, int most) => known?.Most == most ? known : new Quota(most);
}
