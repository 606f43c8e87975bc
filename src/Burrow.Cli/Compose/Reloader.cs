using Burrow.Cli.Compose.Maps;
using Burrow.Cli.Config;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose;

/// <summary>Reads the configuration again on SIGHUP and puts its maps in force. A configuration with errors changes nothing.</summary>
sealed class Reloader<T>(
    Func<Checked<T>> read, Func<T, IReadOnlyList<MapRule>> mapsOf, MapTable maps, ISessionSource sessions, Chores chores, ILogger logger, Action<T>? credentials = null, Action? applied = null) : IDisposable
    where T : class
{
    readonly SemaphoreSlim _one = new(1, 1);

    public void Reload() => chores.Add(ReloadAsync);

    public void Dispose() => _one.Dispose();

    async Task ReloadAsync()
    {
        await _one.WaitAsync();
        try
        {
            var (options, problems) = read();
            if (options is null)
            {
                foreach (var problem in problems.Items) TunnelLog.ReloadFailed(logger, problem.ToString());
                return;
            }
            credentials?.Invoke(options); // the only part that may still fail, so it comes first
            await maps.ApplyAsync(mapsOf(options), sessions);
            applied?.Invoke();
            TunnelLog.Reloaded(logger, mapsOf(options).Count);
        }
        catch (KeyProblemException problem)
        {
            TunnelLog.ReloadFailed(logger, problem.Message);
        }
        finally
        {
            _one.Release();
        }
    }
}
