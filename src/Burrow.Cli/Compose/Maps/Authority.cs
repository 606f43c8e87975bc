using System.Net;
using Burrow.Core;

namespace Burrow.Cli.Compose.Maps;

/// <summary>What the other side of a session may do here.</summary>
/// <param name="Dial">What it may dial.</param>
/// <param name="Listen">Where it may listen; null: on loopback.</param>
/// <param name="OwnMaps">Whether maps of this side may use its sessions, and be used by it.</param>
sealed record Authority(Permit Dial, Permit? Listen, bool OwnMaps = true)
{
    /// <summary>Jack's default: nothing, for his own maps say what Jenny may open.</summary>
    public static readonly Authority None = new(Permit.None, Permit.None);

    /// <summary>Jenny's default for a Jack who has proved who he is.</summary>
    public static readonly Authority DialAnywhere = new(Permit.Any, null);

    /// <summary>Whether it makes sense to resolve that target; what it resolves to is judged by <see cref="MayDialAddress"/>.</summary>
    public bool MayDial(Target target) => Dial.MayMatch(target.Host, target.Port);

    /// <summary>Whether the very address that a target resolved to may be dialled.</summary>
    public bool MayDialAddress(Target target, IPAddress address) => Dial.MatchesName(target.Host, target.Port) || Dial.Matches(address, target.Port);

    public bool MayListen(Target bind)
    {
        // All addresses are those of both families.
        if (bind.Host is "" or "*")
            return Listen is not null && Listen.Matches(IPAddress.IPv6Any, bind.Port) && Listen.Matches(IPAddress.Any, bind.Port);
        var address = bind.Address;
        if (Listen is null) return HostName.IsLocalhost(bind.Host) || (address is not null && IPAddress.IsLoopback(address));
        return Listen.MatchesName(bind.Host, bind.Port) || (address is not null && Listen.Matches(address, bind.Port));
    }
}
