namespace Burrow.Carriers.Http.Cycles;

/// <summary>
/// Jenny's half of cycles (docs/protocol.md §8.3): takes requests in whatever order and number they come and says what to answer. Pure: no clock, no socket. Not
/// thread-safe.
/// </summary>
sealed class CycleServer
{
    // What was last told: a held pull need not come back for a little more room.
    long _toldLimit = CycleTuning.Window;

    public Outbox Out { get; } = new(CycleTuning.Window);

    public Inbox In { get; } = new(CycleTuning.Window);

    /// <summary>The carrier was ended by either side, or Jack contradicted himself.</summary>
    public bool IsOver { get; set; }

    /// <summary>Everything is said and heard in both directions.</summary>
    public bool IsDone => Out.EndAcked && In.IsWhole;

    /// <summary>Bytes of Jack's. They are kept as they are.</summary>
    public CycleAnswer Push(long first, ReadOnlyMemory<byte> bytes, bool fin, long received)
    {
        Hear(received);
        if (!IsOver && !In.Add(first, bytes, fin)) IsOver = true;
        return Make(0, default);
    }

    /// <summary>Jack asks for bytes.</summary>
    /// <param name="first">From here.</param>
    /// <param name="most">So many at most.</param>
    /// <param name="isLate">It was held back as long as it may be.</param>
    /// <returns>Null: there is nothing to say yet.</returns>
    public CycleAnswer? Pull(long first, int most, long received, bool isLate)
    {
        Hear(received);
        // What was acknowledged is gone: this request was overtaken by a later one. What was not written yet may be asked for, by whoever is, and from anywhere.
        var ready = first < Out.Acked || first >= Out.Written ? 0 : Math.Min(Out.Written - first, Math.Min(most, CycleTuning.LargestPull));
        if (ready > 0)
        {
            var bytes = new byte[ready];
            Out.Copy(first, bytes);
            return Make(first, bytes);
        }
        var newsOfEnd = Out.IsComplete && !Out.EndAcked && first >= Out.Written;
        var newsOfRoom = In.Limit - _toldLimit >= CycleTuning.Window / 4;
        return isLate || IsOver || newsOfEnd || newsOfRoom || first < Out.Acked ? Make(Math.Min(first, Out.Written), default) : null;
    }

    void Hear(long received)
    {
        if (!Out.Ack(received)) IsOver = true;
    }

    CycleAnswer Make(long first, ReadOnlyMemory<byte> bytes)
    {
        _toldLimit = In.Limit;
        // The end belongs to an answer that reaches it; a push's answer has no bytes and no place in the stream.
        var fin = Out.IsComplete && first + bytes.Length == Out.Written && (first > 0 || Out.Written == 0);
        return new CycleAnswer(In.Acknowledged, In.Limit, first, bytes, fin, IsOver);
    }
}
