namespace Burrow.Cli.Compose.Demo;

/// <summary>How a path is cut.</summary>
enum CutKind
{
    /// <summary>Both ends get an RST, as from a firewall that was restarted.</summary>
    Reset,

    /// <summary>Both ends get a FIN, as from a proxy that was.</summary>
    Close,

    /// <summary>Nothing passes any more, without a sign, as behind a NAT that forgot; new connections work.</summary>
    Silence,

    /// <summary>Both ends get an RST, and for a while new connections are refused.</summary>
    Outage,
}

static class CutKinds
{
    public static string Describe(this CutKind kind) => kind switch
    {
        CutKind.Reset => "reset",
        CutKind.Close => "closed",
        CutKind.Silence => "silent",
        CutKind.Outage => $"gone for {CuttablePath.OutageTime.TotalSeconds} s",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
