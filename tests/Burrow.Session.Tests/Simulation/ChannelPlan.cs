namespace Burrow.Session.Tests.Simulation;

/// <summary>What the application at one end of a channel does.</summary>
/// <param name="Total">Bytes that it writes.</param>
/// <param name="WriteSize">At most so many at once.</param>
/// <param name="WriteEvery">And then pauses.</param>
/// <param name="CloseDelay">From its last byte to its half-close.</param>
/// <param name="Room">Bytes that its socket buffer holds.</param>
/// <param name="ReadSize">At most so many are taken from it at once.</param>
/// <param name="ReadEvery">And then pauses.</param>
/// <param name="StallUntil">It does not read before.</param>
/// <param name="ResetAt">When it aborts; null: never.</param>
/// <param name="CloseAfterReading">It half-closes only when the peer has: a server that answers.</param>
sealed record AppPlan(int Total, int WriteSize, TimeSpan WriteEvery, TimeSpan CloseDelay, int Room, int ReadSize, TimeSpan ReadEvery, TimeSpan StallUntil, TimeSpan? ResetAt, bool CloseAfterReading);

/// <summary>What the accepting side does with an OPEN.</summary>
enum Answer
{
    Accept,
    AcceptLater,
    Refuse,
}

/// <summary>One tunnelled connection of a schedule, and what became of it at both ends.</summary>
sealed class ChannelPlan
{
    public required int Key { get; init; }

    public required bool ByJack { get; init; }

    public required TimeSpan OpenAt { get; init; }

    public required Answer Answer { get; init; }

    public required TimeSpan AnswerDelay { get; init; }

    public required AppPlan Opener { get; init; }

    public required AppPlan Acceptor { get; init; }

    /// <summary>The session resets it, as a composition would when a rule changes; null: never.</summary>
    public required TimeSpan? SessionResetAt { get; init; }

    public SimPort? OpenerPort { get; set; }

    public SimPort? AcceptorPort { get; set; }

    public int Offered { get; set; }

    /// <summary>Bytes are a function of the channel, the direction and the offset, so that any loss, swap or repetition shows.</summary>
    public static byte Pattern(int key, bool fromOpener, long offset) => (byte)((offset * 31) + (offset >> 8) + (key * 97) + (fromOpener ? 13 : 0));

    public static ChannelPlan Create(SeededRandom random, int key, int most, TimeSpan window)
    {
        var ms = (int)window.TotalMilliseconds;
        return new ChannelPlan
        {
            Key = key,
            ByJack = random.Chance(60),
            OpenAt = random.Milliseconds(0, ms),
            Answer = random.Pick(Answer.Accept, Answer.Accept, Answer.Accept, Answer.AcceptLater, Answer.AcceptLater, Answer.Refuse),
            AnswerDelay = random.Milliseconds(0, 3000),
            Opener = CreateApp(random, most, ms, mayWait: false),
            Acceptor = CreateApp(random, most, ms, mayWait: true),
            SessionResetAt = random.Chance(5) ? random.Milliseconds(0, 2 * ms) : null,
        };
    }

    static AppPlan CreateApp(SeededRandom random, int most, int ms, bool mayWait) => new(
        Total: random.Pick(0, random.Between(0, 20), random.Between(0, most), random.Between(most / 2, most)),
        WriteSize: random.Pick(1, 100, 5000, 100_000) + (most / 500), // nobody needs more than 500 pauses
        WriteEvery: random.Milliseconds(0, random.Pick(1, 20, 200)),
        CloseDelay: random.Milliseconds(0, random.Pick(0, 10, 4000)),
        Room: random.Pick(1, 100, 4096, 65536, 300_000) + (most / 50),
        ReadSize: random.Pick(1, 50, 3000, 300_000) + (most / 50),
        ReadEvery: random.Milliseconds(0, random.Pick(1, 10, 60)),
        StallUntil: random.Chance(20) ? random.Milliseconds(0, 2 * ms) : TimeSpan.Zero,
        ResetAt: random.Chance(8) ? random.Milliseconds(0, 2 * ms) : null,
        CloseAfterReading: mayWait && random.Chance(30));
}
