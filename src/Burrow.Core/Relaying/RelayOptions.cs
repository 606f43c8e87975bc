using Burrow.Core.Memory;

namespace Burrow.Core.Relaying;

/// <summary>What a relay does besides moving bytes. All of it is optional, and what is not asked for costs nothing.</summary>
public sealed record RelayOptions
{
    public static readonly RelayOptions Default = new();

    /// <summary>What the end of one side means for the other.</summary>
    public EndPolicy EndPolicy { get; init; } = EndPolicy.Pass;

    /// <summary>The most bytes per second from the first connection to the second, <see cref="Prefix"/> included; null: no limit.</summary>
    public long? ForwardRate { get; init; }

    /// <summary>The most bytes per second from the second connection to the first; null: no limit.</summary>
    public long? BackwardRate { get; init; }

    /// <summary>Goes to the second connection before the first one's bytes, and counts like them. Read synchronously; the relay closes it.</summary>
    public Stream? Prefix { get; init; }

    /// <summary>Measures the rates.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where slabs come from.</summary>
    public SlabPool Pool { get; init; } = SlabPool.Shared;
}
