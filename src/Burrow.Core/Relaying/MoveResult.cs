namespace Burrow.Core.Relaying;

/// <summary>How the moving of bytes in one direction came to its end.</summary>
enum MoveResult
{
    /// <summary>The source has ended its stream, and all of it was written.</summary>
    Ended,

    /// <summary>The source was aborted; what it had delivered before was written.</summary>
    SourceAborted,

    /// <summary>The sink takes nothing any more.</summary>
    SinkFailed,

    /// <summary>Not an end: the source has nothing more for now.</summary>
    Idle,

    /// <summary>Not an end: this way of moving bytes does not work here, or does not pay now; go on with the other one.</summary>
    OtherWay,
}
