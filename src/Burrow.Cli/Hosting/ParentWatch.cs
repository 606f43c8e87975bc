namespace Burrow.Cli.Hosting;

/// <summary>
/// Ends this process when the one that started it is gone, or wants it gone: standard input is a pipe of which only that one holds the other end, and the kernel closes it however
/// that one dies.
/// </summary>
/// <remarks>For processes that this program starts of itself. Works everywhere, from the first moment on, and whichever thread started us.</remarks>
internal sealed class ParentWatch : IDisposable
{
    /// <summary>Set to <see cref="StandardInput"/> by the parent.</summary>
    public const string Variable = "BURROW_PARENT";

    public const string StandardInput = "stdin";

    // A stop in order takes two seconds at most.
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(4);

    readonly ManualResetEventSlim _ended = new();

    ParentWatch(Action stop)
    {
        // A read of standard input can't be interrupted: it has a thread of its own, which keeps nothing alive.
        var thread = new Thread(() => Watch(stop)) { IsBackground = true, Name = "parent watch" };
        thread.Start();
    }

    /// <summary>Watches if the parent asked for it.</summary>
    /// <param name="stop">Called once, on another thread, when the parent is gone; the process is ended hard a few seconds later.</param>
    public static ParentWatch? Start(Action stop) => Environment.GetEnvironmentVariable(Variable) == StandardInput ? new ParentWatch(stop) : null;

    /// <summary>The process is ending anyway.</summary>
    public void Dispose() => _ended.Set();

    void Watch(Action stop)
    {
        using var input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[16];
        try
        {
            while (input.Read(ignored) > 0) { }
        }
        catch (IOException)
        {
            // As good as an end.
        }
        if (_ended.IsSet) return;
        stop();
        if (!_ended.Wait(Grace)) Environment.Exit(ExitCode.Failed);
    }
}
