using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Burrow.Cli.Compose.Jack;

/// <summary>
/// Names a running Jack to Jenny (docs/protocol.md §3.1): an id that stays when he is started again, and a run number that grows, so that she can let go of what his
/// earlier run left behind.
/// </summary>
/// <remarks>
/// <para>Each id lies in a file of the state directory that is locked while its Jack runs; the kernel frees the lock when he dies, however he dies. A second Jack
/// finds the first's file locked and takes another, so neither disturbs the other.</para>
/// <para>An unlocked file belongs to a Jack who is gone, whose sessions nobody can resume: any may be taken over. The one of the same configuration is preferred, because its listeners are the ones that are wanted again.</para>
/// </remarks>
sealed class Instance : IDisposable
{
    // Jacks of one user to one Jenny at once; beyond it an id is made up for this run alone.
    const int MaxSlots = 256;

    readonly FileStream? _file;

    Instance(FileStream? file, UInt128 id, ulong run) => (_file, Id, Run) = (file, id, run);

    public UInt128 Id { get; }

    public ulong Run { get; }

    /// <summary>Takes an id for this process.</summary>
    /// <param name="directory">The state directory; made if missing.</param>
    /// <param name="jenny">Whatever names her: ids are kept for each Jenny apart.</param>
    /// <param name="configuration">Whatever names our configuration.</param>
    /// <exception cref="IOException">The directory can't be used.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory can't be used.</exception>
    public static Instance Take(string directory, string jenny, string configuration)
    {
        Hosting.Directories.Require(directory);
        var prefix = Path.Combine(directory, "instance-" + Hash(jenny));
        configuration = Hash(configuration);
        FileStream? any = null;
        for (var slot = 0; slot < MaxSlots; slot++)
        {
            var path = $"{prefix}-{slot}";
            var isNew = !File.Exists(path);
            if (isNew && any is not null) break;
            if (TryLock(path) is not { } file) continue;
            if (isNew || Read(file).Configuration == configuration)
            {
                any?.Dispose();
                return Use(file, configuration);
            }
            if (any is null) any = file;
            else file.Dispose();
        }
        return any is null ? Unkept() : Use(any, configuration);
    }

    /// <summary>An id for this run alone, when there is no state directory.</summary>
    public static Instance Unkept() => new(null, NewId(), 1);

    public void Dispose() => _file?.Dispose();

    static Instance Use(FileStream file, string configuration)
    {
        var (id, run, _) = Read(file);
        if (run == 0) id = NewId();
        run++;
        file.SetLength(0);
        file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id:x32} {run} {configuration}\n")));
        file.Flush(flushToDisk: true);
        return new Instance(file, id, run);
    }

    // A file that is not whole (the machine lost power while it was written) counts as new: its Jack's sessions then end by their time.
    static (UInt128 Id, ulong Run, string Configuration) Read(FileStream file)
    {
        Span<byte> bytes = stackalloc byte[128];
        file.Position = 0;
        var words = Encoding.ASCII.GetString(bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)]).Split(' ', '\n');
        file.Position = 0;
        return words.Length >= 3
            && UInt128.TryParse(words[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id)
            && ulong.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var run)
            ? (id, run, words[2]) : default;
    }

    static FileStream? TryLock(string path)
    {
        try
        {
            // FileShare.None is flock(2) on Linux, held until the stream is closed or the process ends. The directory admits its owner only.
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null; // another Jack is running under it
        }
    }

    static UInt128 NewId() => new(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)), BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)));

    static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
}
