using System.Net;
using Burrow.Cli.Compose.Maps;
using Burrow.Core;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>What the other side opens is led to one place of our choice, whatever it asks for.</summary>
/// <param name="dial">Makes the connection.</param>
sealed class GivenOutbound(Func<CancellationToken, ValueTask<DialResult>> dial) : IOutbound
{
    /// <summary>A name that no resolver knows (RFC 2606): it says what is meant, and leads nowhere if it should ever be dialled.</summary>
    public static readonly Target Anything = new("tool.invalid", 1);

    /// <summary>What the other side may open, if anything: that.</summary>
    public static readonly Authority OnlyAnything = new(Permit.TryParse([Anything.ToString()], out var permit, out _) ? permit : Permit.None, Permit.None);

    public ValueTask<DialResult> DialAsync(Target target, TimeSpan timeout, Func<IPAddress, bool>? permit, CancellationToken stop) => dial(stop);
}
