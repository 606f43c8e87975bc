namespace Burrow.Core.Relaying;

/// <summary>What a relay does when one side ends its stream. Under each of them, what was read is delivered first.</summary>
public enum EndPolicy
{
    /// <summary>The other side reads the end as well, and may go on sending.</summary>
    Pass,

    /// <summary>Both directions end: whatever the other side still sends is thrown away.</summary>
    Kill,

    /// <summary>The other side hears nothing: its connection stays until what it sends can't be delivered any more, or until it ends as well.</summary>
    Lazy,
}
