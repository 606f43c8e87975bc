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

    /// <summary>Tries all; the first that works of those that jack would try is marked.</summary>
    public async Task<IReadOnlyList<Finding>> RunAsync(IReadOnlyList<CarrierUrl> urls, CancellationToken stop)
    {
        var findings = new List<Finding>();
        var isChosen = false;
        foreach (var url in urls.SelectMany(url => url.Ways(only: null)))
        {
            var proxy = url.Target is { } target ? proxies.For(url.Scheme, target) : null;
            var finding = await TryAsync(url, proxy is null ? proxies.Without() : proxies, proxy, stop);
            if (finding.Works && !isChosen)
            {
                isChosen = true;
                finding = finding with { Chosen = true };
            }
            findings.Add(finding);
            if (proxy is not null) findings.Add(await TryAsync(url, proxies.Without(), null, stop));
        }
        return findings;
    }

    async Task<Finding> TryAsync(CarrierUrl url, ProxySettings through, ProxyServer? proxy, CancellationToken stop)
    {
        var finding = new Finding((url with { Way = null }).ToString(), url.Kind, proxy?.ToString(), Works: false, null, null, null);
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
