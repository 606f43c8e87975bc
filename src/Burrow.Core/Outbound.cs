using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Burrow.Core;

/// <summary>What came of a dial: a connection, or the reason why there is none.</summary>
public readonly record struct DialResult
{
    DialResult(Connection? connection, EndReason? failure) => (Connection, Failure) = (connection, failure);

    /// <summary>The connection, which the caller owns.</summary>
    public Connection? Connection { get; }

    /// <summary>Why there is none.</summary>
    public EndReason? Failure { get; }

    [MemberNotNullWhen(true, nameof(Connection))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool Succeeded => Connection is not null;

    public static DialResult Success(Connection connection) => new(connection, null);

    public static DialResult Failed(EndReason failure) => new(null, failure);
}

/// <summary>Makes connections.</summary>
public interface IOutbound
{
    /// <summary>Makes one connection to the target.</summary>
    /// <param name="target">Where to; a name is resolved here or further on, as late as possible.</param>
    /// <param name="timeout">For resolving and connecting together.</param>
    /// <param name="permit">Asked for the very address that is to be dialled, after resolution; null permits all.</param>
    /// <param name="stop">Gives up; the failure is then <see cref="EndCause.Stopped"/>. Never an exception.</param>
    ValueTask<DialResult> DialAsync(Target target, TimeSpan timeout, Func<IPAddress, bool>? permit, CancellationToken stop);
}
