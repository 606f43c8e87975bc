using Burrow.Carriers;
using Burrow.Carriers.Modes.Tls;
using Burrow.Carriers.Proxy;
using Burrow.Core;
using Burrow.Session;
using Burrow.Session.Handshake;

namespace Burrow.Cli.Compose.Doctor;

/// <summary>Tries every way to Jenny, one after the other so that none is slowed down by another.</summary>
/// <param name="tls">Asks Jenny herself on each carrier; null: a carrier is as far as it goes.</param>
/// <param name="proxies">Where there is a proxy, each way is tried through it and directly.</param>
sealed class Checkup(TlsClient? tls, ProxySettings proxies)
{
    static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(8);
    static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    readonly TimeProvider _time = TimeProvider.System;

    /// <summary>
    /// Tries all; of those that jack would try, the first that carries much is marked, or the first that works at all: one that is cut soon is soon left for the next.
    /// Jenny's one port speaks tcp, too: that it would be a way is worth knowing, though jack goes it only when he is told to.
    /// </summary>
    public async Task<IReadOnlyList<Finding>> RunAsync(IReadOnlyList<CarrierUrl> urls, CancellationToken stop)
    {
        var findings = new List<Finding>();
        var auto = new List<int>(); // which of them jack would try
        foreach (var given in urls)
        {
            var proxy = given.Target is { } target ? proxies.For(given.Scheme, target) : null;
            var plain = new CarrierUrl("tcp", given.Target, null);
            foreach (var url in given.Ways(only: null).Concat(given.IsWeb && !urls.Contains(plain) ? [plain] : []))
            {
                if (url.IsWeb == given.IsWeb) auto.Add(findings.Count);
                findings.Add(await TryAsync(url, proxy is null ? proxies.Without() : proxies, proxy, stop));
                if (proxy is not null) findings.Add(await TryAsync(url, proxies.Without(), null, stop));
            }
        }
        auto.RemoveAll(way => !findings[way].Works);
        var chosen = auto.FindIndex(way => findings[way].UpMbps is not null);
        if (auto.Count > 0) findings[auto[Math.Max(0, chosen)]] = findings[auto[Math.Max(0, chosen)]] with { Chosen = true };
        return findings;
    }

    async Task<Finding> TryAsync(CarrierUrl url, ProxySettings through, ProxyServer? proxy, CancellationToken stop)
    {
        var finding = await ReachAsync(url, through, proxy, stop);
        if (tls is null || !finding.Works) return finding;
        // A little first: on a slow path that has to be enough, on any other it says how much a second's worth is.
        if (await MeasureAsync(url, through, proxy, Little, stop) is not { } first) return finding;
        if (first.Failure is { } cut) return finding with { Why = $"a question passes, {Little >> 10} KiB each way do not: {cut.Reason}" };
        var much = (uint)Math.Min(Measurement.MostBytes, Little * (Enough / (first.Up + first.Down)));
        var amount = Little;
        if (much > 2 * Little && await MeasureAsync(url, through, proxy, much, stop) is { Failure: null } second) (first, amount) = (second, much);
        return finding with { UpMbps = Rate(amount, first.Up), DownMbps = Rate(amount, first.Down) };
    }

    const uint Little = 128 * 1024;
    static readonly TimeSpan Enough = TimeSpan.FromSeconds(2);
    static readonly TimeSpan MeasureTimeout = TimeSpan.FromSeconds(15);

    static double Rate(uint bytes, TimeSpan time) => Math.Round(bytes * 8 / 1e6 / Math.Max(time.TotalSeconds, 1e-6), 1);

    /// <returns>Null when the way no longer works.</returns>
    async Task<MeasureResult?> MeasureAsync(CarrierUrl url, ProxySettings through, ProxyServer? proxy, uint bytes, CancellationToken stop)
    {
        var (connection, _) = await DialAsync(url, through, proxy, stop);
        if (connection is null) return null;
        await using var carrier = connection;
        await using var late = _time.CreateTimer(static state => ((Connection)state!).Abort(Late), carrier, MeasureTimeout, Timeout.InfiniteTimeSpan);
        var (secured, _) = await tls!.ConnectAsync(carrier);
        if (secured is null) return null;
        await using (secured)
        {
            secured.StartBatching();
            return await new JackHandshake(secured, CarrierTrust.Tls, MeasureTimeout, _time).MeasureAsync(bytes, bytes);
        }
    }

    async Task<Finding> ReachAsync(CarrierUrl url, ProxySettings through, ProxyServer? proxy, CancellationToken stop)
    {
        var finding = new Finding((url with { Way = null }).ToString(), url.Kind, proxy?.ToString(), Works: false, null, null, null, null, null);
        var began = _time.GetTimestamp();
        var (connection, failure) = await DialAsync(url, through, proxy, stop);
        if (connection is null) return finding with { Why = failure?.ToString() };
        finding = finding with { ConnectMs = _time.GetElapsedTime(began).TotalMilliseconds };
        await using var carrier = connection;
        if (tls is null) return finding with { Works = true };
        await using var late = _time.CreateTimer(static state => ((Connection)state!).Abort(Late), carrier, AnswerTimeout, Timeout.InfiniteTimeSpan);
        var (secured, refusal) = await tls.ConnectAsync(carrier);
        if (secured is null) return finding with { Why = refusal?.ToString() };
        await using (secured)
        {
            var asked = _time.GetTimestamp();
            // A session that nobody knows: her answer costs nothing and proves that it is she.
            var answer = await new JackHandshake(secured, CarrierTrust.Tls, AnswerTimeout, _time).QueryAsync(SessionId.Create());
            return answer.Failure is { } wrong
                ? finding with { Why = wrong.Reason.ToString() }
                : finding with { Works = true, RoundTripMs = _time.GetElapsedTime(asked).TotalMilliseconds };
        }
    }

    static async ValueTask<(Connection? Connection, EndReason? Failure)> DialAsync(CarrierUrl url, ProxySettings through, ProxyServer? proxy, CancellationToken stop)
    {
        if (proxy is not null && !url.IsWeb)
        {
            var result = await new ProxyDialer(through).DialAsync(proxy, url.Target!, DialTimeout, stop);
            return (result.Connection, result.Failure);
        }
        var (carried, failure) = await CarrierRegistry.DialAsync(url, through, DialTimeout, sources: [], stop);
        return (carried?.Connection, failure);
    }

    static readonly EndReason Late = new(EndPhase.Handshake, EndSide.Path, EndCause.TimedOut, "the carrier is up, but Jenny does not answer over it");
}
