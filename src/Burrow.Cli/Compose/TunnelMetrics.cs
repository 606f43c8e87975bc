using System.Diagnostics.Metrics;
using Burrow.Cli.Status;

namespace Burrow.Cli.Compose;

/// <summary>The tunnel's figures for collectors (System.Diagnostics.Metrics, meter "Burrow"): the same that <c>burrow status</c> shows, read when somebody asks.</summary>
sealed class TunnelMetrics : IDisposable
{
    readonly Meter _meter = new("Burrow");

    public TunnelMetrics(IStatusSource source)
    {
        _meter.CreateObservableUpDownCounter("burrow.sessions", () => Sessions(source, _ => 1L), "{session}");
        _meter.CreateObservableUpDownCounter("burrow.channels", () => Sessions(source, session => session.Channels), "{channel}");
        _meter.CreateObservableCounter("burrow.carrier.reconnects", () => Sessions(source, session => session.Reconnects), "{carrier}");
        _meter.CreateObservableCounter("burrow.stream.replayed", () => Sessions(source, session => session.ReplayedBytes), "By");
        _meter.CreateObservableCounter("burrow.stream.sent", () => Sessions(source, session => session.SentBytes), "By");
        _meter.CreateObservableCounter("burrow.stream.received", () => Sessions(source, session => session.ReceivedBytes), "By");
        _meter.CreateObservableUpDownCounter("burrow.stream.unacked", () => Sessions(source, session => session.UnackedBytes), "By");
        _meter.CreateObservableUpDownCounter("burrow.queued", () => Sessions(source, session => session.QueuedBytes), "By");
        _meter.CreateObservableGauge("burrow.carrier.rtt", () => Sessions(source, session => session.RttMs ?? 0), "ms");
    }

    public void Dispose() => _meter.Dispose();

    static IEnumerable<Measurement<T>> Sessions<T>(IStatusSource source, Func<SessionStatus, T> figure)
        where T : struct =>
        source.Snapshot().Sessions.Select(session => new Measurement<T>(
            figure(session), new KeyValuePair<string, object?>("mode", session.Mode), new KeyValuePair<string, object?>("session", session.Id)));
}
