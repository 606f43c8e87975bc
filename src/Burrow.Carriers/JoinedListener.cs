using Burrow.Core;

namespace Burrow.Carriers;

/// <summary>Several listeners of one URL, such as a name's addresses, as one. One accept at a time.</summary>
sealed class JoinedListener : ICarrierListener
{
    readonly IReadOnlyList<ICarrierListener> _all;
    readonly Task<Carried?>?[] _accepting; // what each has under way: it goes on while another's client is being handed over

    /// <param name="all">One at least; owned from now on.</param>
    public JoinedListener(IReadOnlyList<ICarrierListener> all)
    {
        _all = all;
        _accepting = new Task<Carried?>?[all.Count];
        foreach (var one in all)
        {
            one.Paused = reason => Paused?.Invoke(reason);
            one.Resumed = () => Resumed?.Invoke();
        }
    }

    public CarrierUrl Address => _all[0].Address;

    public Action<EndReason>? Paused { get; set; }

    public Action? Resumed { get; set; }

    public async ValueTask<Carried?> AcceptAsync()
    {
        for (var i = 0; i < _all.Count; i++) _accepting[i] ??= _all[i].AcceptAsync().AsTask();
        var first = await Task.WhenAny(_accepting!);
        _accepting[Array.IndexOf(_accepting, first)] = null;
        if (await first is { } carried) return carried;
        // Disposed. Whom the others have accepted meanwhile nobody will serve.
        foreach (var last in _accepting)
            if (last is not null && await last is { } late) await late.Connection.DisposeAsync();
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in _all) await one.DisposeAsync();
    }
}
