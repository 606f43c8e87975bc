using System.Net;
using Burrow.Core;

namespace Burrow.Cli.Compose.Maps;

/// <summary>What the other side of a session may do here.</summary>
/// <param name="dial">What it may dial; null: anything.</param>
/// <param name="listen">Where it may listen; null: on loopback.</param>
sealed class Authority(IReadOnlyList<Permit>? dial, IReadOnlyList<Permit>? listen)
{
    /// <summary>Nothing: Jack's default, whose own maps say what Jenny may open.</summary>
    public static readonly Authority None = new([], []);

    /// <summary>Whether a target may be dialled if its addresses are permitted, too: names that no permit can match need not be resolved.</summary>
    public bool MayDial(Target target) => dial is null || dial.Any(permit => target.Address is { } address
        ? permit.Matches(address, target.Port)
        : permit.MatchesName(target.Host, target.Port) || permit.MayMatchAddresses(target.Port));

    /// <summary>Whether the very address that a permitted target resolved to may be dialled.</summary>
    public bool MayDialAddress(Target target, IPAddress address) => dial is null
        || dial.Any(permit => permit.MatchesName(target.Host, target.Port) || permit.Matches(address, target.Port));

    public bool MayListen(Target bind)
    {
        var address = bind.Host is "" or "*" ? IPAddress.IPv6Any : bind.Address;
        if (listen is null) return bind.Host is "localhost" || (address is not null && IPAddress.IsLoopback(address));
        return listen.Any(permit => permit.MatchesName(bind.Host, bind.Port) || (address is not null && permit.Matches(address, bind.Port)));
    }
}
