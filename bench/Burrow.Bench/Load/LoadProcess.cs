using Burrow.Bench.Children;

namespace Burrow.Bench.Load;

/// <summary>Runs one of <see cref="LoadCommand"/>'s in a process of its own.</summary>
internal static class LoadProcess
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    /// <summary>The load's report. It keeps its connections open until <paramref name="whileOpen"/> has looked at the candidate.</summary>
    /// <exception cref="IOException">It failed, or took too long.</exception>
    public static LoadResult Run(Action<LoadResult>? whileOpen, params string[] arguments)
    {
        using var load = ChildProcess.StartSelf(arguments);
        var result = LoadResult.Parse(load.ReadLine(Patience));
        whileOpen?.Invoke(result);
        load.LetGo();
        return result;
    }
}
