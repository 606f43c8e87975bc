using System.Diagnostics;
using Burrow.Cli.Hosting;
using Burrow.Cli.Terminal;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Burrow.Cli.Tests.Hosting;

public sealed class LifetimeTests
{
    [Fact]
    public async Task Hangup_IsHandedOnAndSigtermStopsInOrderWithExitCode0()
    {
        var hangup = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var code = await Lifetime.RunAsync(LogLevel.Error, LogFormat.Text, async context =>
        {
            context.OnHangup = hangup.SetResult;
            await KillAsync("HUP");
            await hangup.Task;
            Assert.False(context.Stop.IsCancellationRequested);
            var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var registration = context.Stop.Register(stopped.SetResult);
            await KillAsync("TERM");
            await stopped.Task;
            return ExitCode.Done;
        });
        Assert.Equal(ExitCode.Done, code);
    }

    [Fact]
    public async Task ExitCodeOfTheService_IsKept() =>
        Assert.Equal(ExitCode.Refused, await Lifetime.RunAsync(LogLevel.Error, LogFormat.Text, _ => Task.FromResult(ExitCode.Refused)));

    static async Task KillAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", Environment.ProcessId.ToString()]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }
}
