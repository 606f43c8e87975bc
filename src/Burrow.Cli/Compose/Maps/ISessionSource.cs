using Burrow.Core;

namespace Burrow.Cli.Compose.Maps;

/// <summary>Where a listener of ours gets a session for its client.</summary>
interface ISessionSource
{
    /// <summary>The session in which the next channel of that mode is to be opened. Waits for one to be born if the role can hope for one; null when it cannot.</summary>
    /// <param name="mode">The map's.</param>
    /// <param name="givenUp">Completes when nobody waits for it any more; the answer is then null.</param>
    ValueTask<Session.Session?> PickAsync(Mode mode, Task givenUp);
}
