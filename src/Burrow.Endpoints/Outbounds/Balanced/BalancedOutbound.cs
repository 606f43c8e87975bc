using Burrow.Core;
using Burrow.Endpoints.HostFiles;

namespace Burrow.Endpoints.Outbounds.Balanced;

/// <summary>What came of a dial to one of several hosts.</summary>
/// <param name="Host">The host that answered; the last that did not, if none did.</param>
/// <param name="Result">The connection, or why the last host did not answer.</param>
public readonly record struct BalancedResult(string Host, DialResult Result);

/// <summary>Dials the host of a host file through which the fewest bytes have gone; when it does not answer, the next.</summary>
/// <param name="ledger">Whose file; read anew for each dial, because other processes count in it as well.</param>
/// <param name="outbound">How.</param>
/// <param name="passedOver">Told of every host that did not answer.</param>
public sealed class BalancedOutbound(HostLedger ledger, IOutbound outbound, Action<string, EndReason> passedOver)
{
    /// <summary>Makes one connection.</summary>
    /// <param name="port">On whichever host.</param>
    /// <param name="timeout">For each host.</param>
    /// <param name="stop">Gives up.</param>
    public async ValueTask<BalancedResult> DialAsync(int port, TimeSpan timeout, CancellationToken stop)
    {
        IReadOnlyList<string> hosts;
        try
        {
            hosts = ledger.LeastFirst();
        }
        catch (HostFileException problem)
        {
            return new("", DialResult.Failed(new EndReason(EndPhase.Dial, EndSide.Local, EndCause.Failed, problem.Message)));
        }
        var failed = new BalancedResult("", DialResult.Failed(new EndReason(EndPhase.Dial, EndSide.Local, EndCause.Failed, $"{ledger.Store.Path}: lists no host")));
        foreach (var host in hosts)
        {
            var result = await outbound.DialAsync(new Target(host, port), timeout, null, stop);
            if (result.Succeeded) return new(host, result);
            passedOver(host, result.Failure);
            failed = new(host, result);
            if (stop.IsCancellationRequested) break;
        }
        return failed;
    }
}
