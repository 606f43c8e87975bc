using System.Net;

namespace Burrow.Carriers.Http.Server;

/// <summary>One HTTP connection's standing at Jenny's port: who it is, and what it may lead to.</summary>
/// <param name="remote">The caller, or the proxy in front of it.</param>
/// <param name="admit">Somebody who came over this connection has proved who it is: the port's bound and deadline no longer hold for it.</param>
/// <param name="take">Hands the port a carrier that came by HTTP, and completes when it was served to its end.</param>
sealed class Visit(EndPoint? remote, Action admit, Func<Carried, Task> take)
{
    volatile bool _wasOurs;
    volatile bool _isAnswering;

    public EndPoint? Remote => remote;

    /// <summary>A request of Burrow's came: the visitor was no stranger.</summary>
    public bool WasOurs => _wasOurs;

    /// <summary>A request could be read, and what is written now is our answer to it.</summary>
    public bool IsAnswering
    {
        get => _isAnswering;
        set => _isAnswering = value;
    }

    public void Admit() => admit();

    public Task TakeAsync(Carried carried)
    {
        _wasOurs = true;
        return take(carried);
    }

    public void NoteOurs() => _wasOurs = true;
}
