using Burrow.Cli.Config;

namespace Burrow.Cli.Terminal;

/// <summary>What a command says on standard error before, or without, a log.</summary>
internal static class Messages
{
    public static void Error(string text) => Console.Error.WriteLine($"burrow: error: {text}");

    /// <summary>Prints every problem.</summary>
    public static void Print(ProblemList problems)
    {
        foreach (var problem in problems.Items) Error(problem.ToString());
        if (problems.Dropped > 0) Error($"and {problems.Dropped} more");
    }
}
