using System.Globalization;
using Burrow.Cli.Compose.Demo;
using Burrow.Cli.Hosting;
using Burrow.Cli.Status;
using Burrow.Cli.Terminal;
using Burrow.Core;

namespace Burrow.Cli.Compose;

/// <summary>Runs the demonstration: a file through a tunnel whose path is cut again and again.</summary>
internal static class DemoRunner
{
    /// <summary>Runs until the file has gone through.</summary>
    /// <param name="bytes">The size of the file.</param>
    /// <param name="context">The process.</param>
    /// <returns>An exit code: 1 when the sums differ, or when a part of it failed.</returns>
    public static async Task<int> RunAsync(long bytes, RunContext context)
    {
        var logger = context.Loggers.CreateLogger("demo");
        var plan = DemoPlan.For(bytes);
        await using var stage = await DemoStage.SetUpAsync(plan, logger);
        var stopped = context.Stop.WhenCancelledAsync();

        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.Stop);
        var show = DemoScreen.RunAsync(context.Terminal, bytes, screen => ShowAsync(plan, stage, screen, over.Token));
        var died = Task.WhenAny(stage.Children.Select(child => child.Ended));
        await Task.WhenAny(show, died, stopped);
        if (show.IsCompleted) return await show;

        // Ctrl-C reaches the children as well, and they may be faster than we.
        if (died.IsCompleted) await Task.WhenAny(stopped, Task.Delay(TimeSpan.FromSeconds(1)));
        await over.CancelAsync();
        await show.ContinueWith(static _ => { }, TaskScheduler.Default); // the screen gives the terminal back
        context.Stop.ThrowIfCancellationRequested();
        foreach (var child in stage.Children.Where(child => child.Ended.IsCompleted)) Messages.Error(await child.ObituaryAsync());
        return ExitCode.Failed;
    }

    static async Task<int> ShowAsync(DemoPlan plan, DemoStage stage, DemoScreen screen, CancellationToken stop)
    {
        screen.Say($"{Amounts.Bytes(plan.Size)} through an encrypted map at {Amounts.Bytes(plan.BytesPerSecond)}/s; the path will be cut {plan.Cuts.Count} times");
        screen.Say(string.Join(", ", stage.Children.Select(child => $"{child.Role} is process {child.Id}")));
        await using var client = await stage.ConnectAsync(stop);
        await using var onStop = stop.Register(() => client.Abort(EndReason.Stopped));
        var began = TimeProvider.System.GetTimestamp();
        var download = new Download(client, screen.Arrived);
        var running = download.RunAsync();
        var (cuts, frozen) = await CutAsync(plan, stage.Path, download, screen, stop);
        var (sum, failure) = await running;
        stop.ThrowIfCancellationRequested();
        var took = Seconds(TimeProvider.System.GetElapsedTime(began));
        var same = $"The same. {cuts} cuts in {took}, {Seconds(frozen)} of it frozen; one connection all the time.";
        return await DemoVerdict.RunAsync(plan.Size, stage.Service.Sent, download.Received, (sum, failure), same, screen.Say, Messages.Error);
    }

    /// <summary>Cuts the path as planned, and says each time how long nothing moved.</summary>
    /// <returns>How often it was cut, and how long nothing moved in all.</returns>
    static async Task<(int Cuts, TimeSpan Frozen)> CutAsync(DemoPlan plan, CuttablePath path, Download download, DemoScreen screen, CancellationToken stop)
    {
        var (cuts, all) = (0, TimeSpan.Zero);
        foreach (var cut in plan.Cuts)
        {
            await download.WhenReachedAsync(cut.At).WaitAsync(stop);
            if (download.Received < cut.At) break; // it ended before its time
            var at = TimeProvider.System.GetTimestamp();
            var carrying = await path.CutAsync(cut.Kind);
            await Task.WhenAny(carrying, download.WhenReachedAsync(plan.Size)).WaitAsync(stop);
            await download.WhenReachedAsync(download.Received + 1).WaitAsync(stop);
            var frozen = TimeProvider.System.GetElapsedTime(at);
            all += frozen;
            screen.Say($"cut {++cuts,2} at {Amounts.Bytes(cut.At),9}: {cut.Kind.Describe(),-13} bytes moved again after {Seconds(frozen)}");
        }
        return (cuts, all);
    }

    static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s");
}
