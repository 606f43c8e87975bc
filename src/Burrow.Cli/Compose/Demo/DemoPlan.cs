namespace Burrow.Cli.Compose.Demo;

/// <summary>What is sent, how fast, and where the path is cut.</summary>
/// <param name="Size">Of the file, in bytes.</param>
/// <param name="BytesPerSecond">The path's pace.</param>
/// <param name="Cuts">In order.</param>
sealed record DemoPlan(long Size, double BytesPerSecond, IReadOnlyList<PlannedCut> Cuts)
{
    const double LeastPace = 16 * 1024 * 1024;

    // With the cuts' own time this stays within a minute, however large the file is, as far as the machine can.
    static readonly TimeSpan Moving = TimeSpan.FromSeconds(32);

    static readonly CutKind[] Order =
    [
        CutKind.Reset, CutKind.Close, CutKind.Silence, CutKind.Reset, CutKind.Outage,
        CutKind.Close, CutKind.Reset, CutKind.Silence, CutKind.Outage, CutKind.Close,
    ];

    public static DemoPlan For(long size) => new(
        size,
        Math.Max(LeastPace, size / Moving.TotalSeconds),
        [.. Order.Select((kind, index) => new PlannedCut(kind, size * (index + 1) / (Order.Length + 1)))]);
}

/// <param name="Kind">How.</param>
/// <param name="At">After how many bytes have arrived.</param>
sealed record PlannedCut(CutKind Kind, long At);
