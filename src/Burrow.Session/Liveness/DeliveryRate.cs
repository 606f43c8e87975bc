using Burrow.Session.Resume;

namespace Burrow.Session.Liveness;

/// <summary>
/// Measures how fast a link delivers, and from it how much to have in flight: enough to fill the path, little enough that a keystroke does not queue behind
/// megabytes in a proxy's or sshd's buffers. The model is BBR's (draft-ietf-ccwg-bbr): the largest delivery rate and the smallest round trip of the last seconds.
/// </summary>
/// <remarks>One for each link. Guarded by the session's lock. Rates are bytes per second.</remarks>
sealed class DeliveryRate
{
    // Samples over less than this say more about the scheduler than about the path.
    static readonly TimeSpan MinInterval = TimeSpan.FromMicroseconds(20);
    static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    double _rate;
    double _olderRate;
    TimeSpan _minRtt = TimeSpan.MaxValue;
    TimeSpan _olderMinRtt = TimeSpan.MaxValue;
    TimeSpan _windowStart;

    /// <summary>Bytes acknowledged on this link.</summary>
    public ulong Delivered { get; private set; }

    /// <summary>The largest rate of the last 5 to 10 s; 0 while unknown.</summary>
    public double Rate => Math.Max(_rate, _olderRate);

    /// <summary>The smallest round trip of the last 5 to 10 s; <see cref="TimeSpan.MaxValue"/> while unknown.</summary>
    public TimeSpan MinRtt => _minRtt < _olderMinRtt ? _minRtt : _olderMinRtt;

    public void OnRtt(TimeSpan rtt, TimeSpan now)
    {
        Turn(now);
        if (rtt < _minRtt) _minRtt = rtt;
    }

    /// <param name="bytes">Newly acknowledged.</param>
    /// <param name="stamp">Of the newest segment among them that was sent on this link; null when there is none.</param>
    /// <param name="now">The session's time.</param>
    public void OnAck(ulong bytes, SendStamp? stamp, TimeSpan now)
    {
        Turn(now);
        Delivered += bytes;
        if (stamp is not { At.Ticks: > 0 } sent) return;
        var interval = now - sent.At;
        if (interval < MinInterval) interval = MinInterval;
        _rate = Math.Max(_rate, (Delivered - sent.Delivered) / interval.TotalSeconds);
    }

    /// <summary>
    /// How many bytes may be unacknowledged: twice the path's product, what the peer's delayed acks hold back meanwhile, and a batch. More would be of no use to the path, and on loopback,
    /// where these are all that counts, memory that has left the cache: with 1 MiB instead of 16 a byte cost up to a third less CPU, seldom more.
    /// </summary>
    public ulong Flight
    {
        get
        {
            if (Rate == 0 || MinRtt == TimeSpan.MaxValue) return SessionTuning.FirstFlight;
            var product = Rate * MinRtt.TotalSeconds;
            var delayed = Math.Min(2.0 * SessionTuning.AckBytes, Rate * 2 * SessionTuning.AckDelay.TotalSeconds);
            return (ulong)Math.Min(2 * product + delayed + Math.Min(Batch, SessionTuning.BatchBytes), SessionTuning.ReceiveLimit);
        }
    }

    /// <summary>How long a batch may be: about 10 ms of the path, so that what is urgent waits no longer than that.</summary>
    public int Batch => Rate == 0 ? SessionTuning.FirstBatch : (int)Math.Clamp(Rate / 100, 4096, int.MaxValue / 2);

    /// <summary>
    /// How long one channel's turn may be while others wait: a millisecond of the path, but at least 16 KiB. With 64 busy channels, turns of 64 KiB instead of 16 cost a
    /// third less CPU a byte, and on a path that fast nobody notices them.
    /// </summary>
    public int Quantum => (int)Math.Clamp(Rate / 1000, SessionTuning.SharedQuantum, int.MaxValue / 2);

    void Turn(TimeSpan now)
    {
        if (now - _windowStart < Window) return;
        _windowStart = now;
        (_olderRate, _rate) = (_rate, 0);
        (_olderMinRtt, _minRtt) = (_minRtt, TimeSpan.MaxValue);
    }
}
