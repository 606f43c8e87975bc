using Burrow.Cli.Hosting;
using Burrow.Core;

namespace Burrow.Cli.Compose.Demo;

/// <summary>What the demonstration ends with: whether what arrived is what was sent.</summary>
static class DemoVerdict
{
    /// <summary>Compares, and shows both sums.</summary>
    /// <param name="size">Of the file, in bytes.</param>
    /// <param name="sent">The SHA-256 of what the service sent, once it is sent.</param>
    /// <param name="received">How many bytes arrived.</param>
    /// <param name="arrived">The SHA-256 of what arrived, and why it ended: null after an end of stream.</param>
    /// <param name="same">What to say when all is well.</param>
    /// <param name="say">Shows a line.</param>
    /// <param name="fail">Shows what went wrong.</param>
    /// <returns>An exit code: 1 when bytes are missing, too many or others.</returns>
    public static async Task<int> RunAsync(long size, Task<byte[]> sent, long received, (byte[] Sum, EndReason? Failure) arrived, string same, Action<string> say, Action<string> fail)
    {
        // The service's sum is not awaited when not everything came: it may never be done.
        if (arrived.Failure is not null || received < size)
        {
            fail($"the connection ended after {received} of {size} bytes: {arrived.Failure ?? EndReason.Completed}");
            return ExitCode.Failed;
        }
        var sum = await sent;
        say($"SHA-256 of the {size} bytes that were sent and the {received} that arrived:");
        say($"sent      {Convert.ToHexStringLower(sum)}");
        say($"arrived   {Convert.ToHexStringLower(arrived.Sum)}");
        if (received == size && sum.AsSpan().SequenceEqual(arrived.Sum))
        {
            say(same);
            return ExitCode.Done;
        }
        fail("what arrived is not what was sent");
        return ExitCode.Failed;
    }
}
