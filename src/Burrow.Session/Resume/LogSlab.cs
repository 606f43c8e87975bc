using Burrow.Core.Memory;
using Burrow.Session.Mux;

namespace Burrow.Session.Resume;

/// <summary>A slab that several segments share. The last who lets go returns it, and with it what was reserved for it. Guarded by the session's lock.</summary>
sealed class LogSlab(Slab slab)
{
    int _holders = 1;
    CreditBudget? _paidTo;

    public Memory<byte> Memory => slab.Memory;

    public Span<byte> Span => slab.Span;

    /// <summary>Whether nobody but the caller holds it, so that it may be filled from its start again.</summary>
    public bool IsSole => _holders == 1;

    /// <summary>Reserves its memory in the process's budget, if that was not done before.</summary>
    public bool TryPay(CreditBudget budget)
    {
        if (_paidTo is not null) return true;
        if (!budget.TryKeep(slab.Length)) return false;
        _paidTo = budget;
        return true;
    }

    public void Hold() => _holders++;

    public void Release()
    {
        if (--_holders > 0) return;
        _paidTo?.Release(slab.Length);
        slab.Return();
    }
}
