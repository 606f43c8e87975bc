using System.Net.NetworkInformation;
using Burrow.Core.Time;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Jack;

/// <summary>
/// Notices what makes every path doubtful at once: this machine's addresses changed, or it slept. Tells by a callback which is called for every such event, with
/// the addresses that are left.
/// </summary>
sealed class PathWatch : IDisposable
{
    static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    readonly SleepWatch _sleep = new(Look, BootTimeProvider.Instance.GetElapsedTime(0), TimeProvider.System.GetElapsedTime(0));
    readonly Action<IReadOnlySet<System.Net.IPAddress>> _doubt;
    readonly ILogger _logger;
    readonly Timer _timer;

    public PathWatch(Action<IReadOnlySet<System.Net.IPAddress>> doubt, ILogger logger)
    {
        (_doubt, _logger) = (doubt, logger);
        NetworkChange.NetworkAddressChanged += OnAddressChanged;
        _timer = new Timer(static watch => ((PathWatch)watch!).OnLook(), this, Look, Look);
    }

    public void Dispose()
    {
        NetworkChange.NetworkAddressChanged -= OnAddressChanged;
        _timer.Dispose();
    }

    void OnLook()
    {
        if (_sleep.Look(BootTimeProvider.Instance.GetElapsedTime(0), TimeProvider.System.GetElapsedTime(0)) == Wake.Normal) return;
        TunnelLog.Woke(_logger);
        _doubt(Addresses());
    }

    void OnAddressChanged(object? sender, EventArgs arguments)
    {
        TunnelLog.AddressesChanged(_logger);
        _doubt(Addresses());
    }

    static HashSet<System.Net.IPAddress> Addresses()
    {
        try
        {
            return [.. NetworkInterface.GetAllNetworkInterfaces().SelectMany(device => device.GetIPProperties().UnicastAddresses).Select(unicast => unicast.Address)];
        }
        catch (NetworkInformationException)
        {
            return []; // an interface went away while it was looked at: another event follows
        }
    }
}
