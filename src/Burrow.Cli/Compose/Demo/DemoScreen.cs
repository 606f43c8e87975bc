using Burrow.Cli.Terminal;
using Spectre.Console;

namespace Burrow.Cli.Compose.Demo;

/// <summary>What the demonstration shows: lines, and in a terminal a bar below them.</summary>
abstract class DemoScreen
{
    /// <summary>Shows a line. Any thread.</summary>
    public abstract void Say(string line);

    /// <summary>So many bytes more have arrived. Any thread.</summary>
    public abstract void Arrived(long bytes);

    /// <summary>Runs something that shows its progress.</summary>
    public static async Task<T> RunAsync<T>(TerminalInfo terminal, long size, Func<DemoScreen, Task<T>> show)
    {
        if (!terminal.OutputIsTerminal) return await show(new Lines());
        var console = AnsiConsole.Create(new AnsiConsoleSettings { ColorSystem = terminal.Colour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors });
        return await console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(progress => show(new Bar(console, progress.AddTask("received", maxValue: size))));
    }

    sealed class Lines : DemoScreen
    {
        public override void Say(string line) => Console.Out.WriteLine(line);

        public override void Arrived(long bytes)
        {
        }
    }

    sealed class Bar(IAnsiConsole console, ProgressTask task) : DemoScreen
    {
        public override void Say(string line) => console.WriteLine(line);

        public override void Arrived(long bytes) => task.Increment(bytes);
    }
}
