using Burrow.Cli.Compose.Maps;
using Burrow.Cli.Config;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose;

/// <summary>Reads the configuration again on SIGHUP and puts its maps in force. A configuration with errors changes nothing.</summary>
sealed class Reloader<T>(
    Func<Checked<T>> read, Func<T, IReadOnlyList<MapRule>> mapsOf, MapTable maps, ISessionSource sessions, Chores chores, Action<T> applied, ILogger logger) : IDisposable
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
            await maps.ApplyAsync(mapsOf(options), sessions);
            applied(options);
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
