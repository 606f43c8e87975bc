using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Burrow.Cli.Hosting;
using Burrow.Core;

namespace Burrow.Cli.Status;

/// <summary>Asks running processes what they are doing.</summary>
internal static class StatusClient
{
    /// <summary>A process that answers answers at once; one that was stopped (SIGSTOP) never does.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The largest answer that is read: ten thousand maps.</summary>
    const int MaxAnswer = 8 << 20;

    /// <summary>Asks every process of this user, or one.</summary>
    /// <param name="directory">Where the sockets are.</param>
    /// <param name="pid">The one process to ask, or null.</param>
    /// <returns>The answers by process number, and what was found and does not answer.</returns>
    public static async Task<(IReadOnlyList<StatusDocument> Answers, IReadOnlyList<string> Silent)> AskAsync(string directory, int? pid)
    {
        var answers = new List<StatusDocument>();
        var silent = new List<string>();
        if (!Directory.Exists(directory)) return (answers, silent);
        if (Directories.WhyNotOurs(directory) is { } strange) return (answers, [$"{strange}: what answers there is not believed"]);
        foreach (var path in Directory.EnumerateFiles(directory, "*.sock"))
        {
            if (ProcessOf(path) is not { } process || (pid is not null && process != pid)) continue;
            if (LocalUser.OwnerOf(path) is { } owner && owner != LocalUser.Own)
            {
                silent.Add($"{path} belongs to somebody else ({owner}) and is not believed");
                continue;
            }
            try
            {
                if (await AskAsync(path) is { } answer) answers.Add(answer);
                else silent.Add($"process {process} gave an answer that is not understood (another version?)");
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
            {
                // Its process was killed; or it lives, and is between taking the name and listening.
                if (!IsRunning(process)) File.Delete(path);
                else silent.Add($"process {process} does not answer");
            }
            catch (Exception error) when (error is SocketException or IOException or OperationCanceledException)
            {
                silent.Add($"process {process} does not answer");
            }
        }
        answers.Sort((a, b) => a.Process.Pid.CompareTo(b.Process.Pid));
        return (answers, silent);
    }

    static async Task<StatusDocument?> AskAsync(string path)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), patience.Token);
        using var answer = new MemoryStream();
        var buffer = new byte[64 << 10];
        int count;
        while ((count = await socket.ReceiveAsync(buffer, patience.Token)) > 0)
        {
            answer.Write(buffer, 0, count);
            if (answer.Length > MaxAnswer) return null;
        }
        try
        {
            return JsonSerializer.Deserialize(answer.ToArray(), StatusJson.Default.StatusDocument);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static bool IsRunning(int process)
    {
        try
        {
            using var known = System.Diagnostics.Process.GetProcessById(process);
            return !known.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>The number in <c>role-number.sock</c>.</summary>
    static int? ProcessOf(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        return int.TryParse(name.AsSpan(name.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;
    }
}
