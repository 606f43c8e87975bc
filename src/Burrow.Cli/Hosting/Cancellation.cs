namespace Burrow.Cli.Hosting;

/// <summary>A cancellation token as something to wait for.</summary>
internal static class Cancellation
{
    /// <summary>Completes, without an exception, when the token is cancelled. What it holds is let go with the token's source.</summary>
    public static Task WhenCancelledAsync(this CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        token.UnsafeRegister(static signal => ((TaskCompletionSource)signal!).TrySetResult(), cancelled);
        return cancelled.Task;
    }
}
