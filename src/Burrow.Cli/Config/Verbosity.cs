using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Config;

/// <summary>What <c>-v</c> and <c>-vv</c> mean.</summary>
internal static class Verbosity
{
    public static LogLevel Level(int count, LogLevel otherwise) => count switch
    {
        0 => otherwise,
        1 => LogLevel.Debug,
        _ => LogLevel.Trace,
    };

    /// <summary>Whether stack traces are wanted, read from arguments as they are: a failure may come before they are understood.</summary>
    public static bool WantsTraces(IEnumerable<string> arguments) =>
        arguments.TakeWhile(argument => argument != "--").Sum(argument => argument.StartsWith("-v", StringComparison.Ordinal) && argument.TrimStart('-').All(c => c == 'v')
            ? argument.Length - 1
            : 0) >= 2;
}
