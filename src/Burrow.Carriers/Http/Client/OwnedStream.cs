using Burrow.Core;

namespace Burrow.Carriers.Http.Client;

/// <summary>A connection as the stream that HttpClient's pool owns: disposing it ends the connection.</summary>
sealed class OwnedStream(Connection connection) : ConnectionStream(connection)
{
    public override async ValueTask DisposeAsync()
    {
        await Inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        // The pool disposes without waiting. What is left to do after an abort is the kernel's.
        if (disposing && Inner.End is null) Inner.Abort(Closed);
        base.Dispose(disposing);
    }

    static readonly EndReason Closed = new(EndPhase.Close, EndSide.Local, EndCause.Closed);
}
