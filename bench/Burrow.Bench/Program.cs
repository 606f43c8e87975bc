using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Burrow.Bench.Children;
using Burrow.Bench.Load;
using Burrow.Bench.Pipes;
using Burrow.Bench.Report;

// /proc, epoll and setpriv.
[assembly: SupportedOSPlatform("linux")]

namespace Burrow.Bench;

/// <summary>Compares ways to carry TCP connections, in one run, as ratios. Exit codes: 0 measured, 1 failed, 2 wrong usage, 130 interrupted.</summary>
internal static class Program
{
    static int Main(string[] words)
    {
        if (LoadCommand.Run(words) is { } code)
        {
            return code;
        }

        if (words is ["--help" or "-h"])
        {
            Console.Out.WriteLine(BenchOptions.Usage);
            return 0;
        }

        BenchOptions options;
        try
        {
            options = BenchOptions.Parse(words);
        }
        catch (UsageException e)
        {
            Console.Error.WriteLine($"{e.Message}\n\n{BenchOptions.Usage}");
            return 2;
        }

        using var scratch = new ScratchDirectory();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => End(scratch));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => End(scratch));
        try
        {
            return Measure(options, scratch);
        }
        catch (IOException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
        finally
        {
            ChildProcess.KillAll();
        }
    }

    static int Measure(BenchOptions options, ScratchDirectory scratch)
    {
        var candidates = Driver.AllCandidates.Where(candidate => options.Wants(candidate.Name)).ToArray();
        if (candidates.Length == 1 && options.Only.Count > 0 && !options.Only.Contains("bare") && !PipePart.Names.Any(options.Wants))
        {
            Console.Error.WriteLine($"no candidate is called {string.Join(" or ", options.Only)}\n\n{BenchOptions.Usage}");
            return 2;
        }

        var measurements = new Measurements();
        new Driver(options, scratch, measurements, candidates).Run();
        var report = new MarkdownReport(options, measurements, candidates).Write();
        Console.Out.WriteLine(report);
        if (options.Write)
        {
            PerformancePage.Replace(report);
        }

        return 0;
    }

    static void End(ScratchDirectory scratch)
    {
        ChildProcess.KillAll();
        scratch.Dispose();
        Environment.Exit(130);
    }
}
