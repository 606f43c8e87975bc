using System.Diagnostics.Metrics;
using Burrow.Cli.Compose;
using Burrow.Cli.Status;
using Xunit;

namespace Burrow.Cli.Tests.Status;

public sealed class TunnelMetricsTests
{
    [Fact]
    public void EveryInstrument_ReportsEachSessionsFigure_WithItsModeAndId()
    {
        var born = new DateTimeOffset(2025, 6, 1, 12, 0, 0, TimeSpan.Zero);
        var one = new SessionStatus("0011aabb", "encrypted", "jenny", SessionState.Attached, born, null, RttMs: 12.5, Reconnects: 3, ReplayedBytes: 4096,
            SentBytes: 1000, ReceivedBytes: 2000, UnackedBytes: 100, QueuedBytes: 200, Channels: 5);
        var two = one with { Id = "ccdd", Mode = "plaintext", RttMs = null, Channels = 7 };
        var process = new ProcessStatus(42, "jack", "gate-1", "0.1.0", born, null);
        using var metrics = new TunnelMetrics(new Fixed(new StatusDocument(process, [one, two], [])));

        // Only what carries our sessions: other tests have meters of that name, too.
        var seen = new Dictionary<(string Instrument, string Session), (double Value, string Mode)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Burrow") self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
        listener.RecordObservableInstruments();

        void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var (mode, session) = ("", "");
            foreach (var (name, tag) in tags)
            {
                if (name == "mode") mode = (string)tag!;
                if (name == "session") session = (string)tag!;
            }
            if (session is "0011aabb" or "ccdd") seen[(instrument.Name, session)] = (value, mode);
        }

        var figures = new Dictionary<string, (double One, double Two)>(StringComparer.Ordinal)
        {
            ["burrow.sessions"] = (1, 1),
            ["burrow.channels"] = (5, 7),
            ["burrow.carrier.reconnects"] = (3, 3),
            ["burrow.stream.replayed"] = (4096, 4096),
            ["burrow.stream.sent"] = (1000, 1000),
            ["burrow.stream.received"] = (2000, 2000),
            ["burrow.stream.unacked"] = (100, 100),
            ["burrow.queued"] = (200, 200),
            ["burrow.carrier.rtt"] = (12.5, 0),
        };
        Assert.Equal(2 * figures.Count, seen.Count);
        foreach (var (name, (first, second)) in figures)
        {
            Assert.Equal((first, "encrypted"), seen[(name, "0011aabb")]);
            Assert.Equal((second, "plaintext"), seen[(name, "ccdd")]);
        }
    }

    sealed class Fixed(StatusDocument document) : IStatusSource
    {
        public StatusDocument Snapshot() => document;
    }
}
