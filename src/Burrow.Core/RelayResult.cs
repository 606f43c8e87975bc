namespace Burrow.Core;

/// <summary>Which of a relay's two connections.</summary>
public enum RelayEnd
{
    First,
    Second,
}

/// <summary>How a relay ended.</summary>
/// <param name="Forward">Bytes that the second connection took from the first.</param>
/// <param name="Backward">Bytes that the first connection took from the second.</param>
/// <param name="Reason"><see cref="EndReason.Completed"/> after both directions ended in order; otherwise why the first of the two to fail did.</param>
/// <param name="Failed">Which connection failed; null after both directions ended in order.</param>
public sealed record RelayResult(long Forward, long Backward, EndReason Reason, RelayEnd? Failed);
