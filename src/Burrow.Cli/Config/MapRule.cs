using Burrow.Core;

namespace Burrow.Cli.Config;

/// <summary>Which way the connections of a map go: the arrow points from the side that listens to the side that dials.</summary>
internal enum MapDirection
{
    /// <summary><c>=&gt;</c>: Jack listens, Jenny dials.</summary>
    ToJenny,

    /// <summary><c>&lt;=</c>: Jenny listens, Jack dials.</summary>
    ToJack,
}

/// <summary>A map: a listener on one side joined to a target on the other, in one mode.</summary>
/// <param name="Mode">The mode in which its channels travel.</param>
/// <param name="Jack">The address on Jack's side.</param>
/// <param name="Direction">Who listens.</param>
/// <param name="Jenny">The address on Jenny's side.</param>
/// <param name="Allowed">The clients that may use it: addresses, ranges, names. Null: every client.</param>
/// <param name="Where">Where it was written.</param>
/// <param name="IsDynamic">The listener is a proxy, whose clients say themselves where they want to go; the other side's address is <see cref="Anywhere"/>.</param>
internal sealed record MapRule(Mode Mode, Target Jack, MapDirection Direction, Target Jenny, AllowText? Allowed, Span Where, bool IsDynamic = false)
{
    /// <summary>What a dynamic map has in place of a target. Nobody can ask for it: no port is 0.</summary>
    public static readonly Target Anywhere = new("any", 0);

    /// <summary>Where the map listens.</summary>
    public Target Listener => Direction == MapDirection.ToJenny ? Jack : Jenny;

    /// <summary>Where the other side dials.</summary>
    public Target Dialled => Direction == MapDirection.ToJenny ? Jenny : Jack;

    /// <summary>The same map with the port that the system chose.</summary>
    public MapRule ListeningOn(int port) => Direction == MapDirection.ToJenny ? this with { Jack = Jack with { Port = port } } : this with { Jenny = Jenny with { Port = port } };

    /// <summary>The map as it would be written in a file. Two maps with the same text are the same map when a file is read again.</summary>
    public override string ToString()
    {
        var (listener, dialled) = IsDynamic ? ($"{MapReader.Socks}{Listener}", Anywhere.Host) : (Listener.ToString(), Dialled.ToString());
        var text = Direction == MapDirection.ToJenny ? $"{Mode.Text()} {listener} => {dialled}" : $"{Mode.Text()} {dialled} <= {listener}";
        return Allowed is null ? text : $"{text} {{{Allowed}}}";
    }
}
