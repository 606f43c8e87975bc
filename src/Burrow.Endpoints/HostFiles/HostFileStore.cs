using Burrow.Core;
using Burrow.Endpoints.Platform.Unix;

namespace Burrow.Endpoints.HostFiles;

/// <summary>A host file on disk, which others change as well.</summary>
/// <remarks>
/// An update takes the lock <c>FILE.lock</c>, reads, writes <c>FILE.new</c> and renames it over the file: no count is lost, and whoever reads, or finds the file after a crash, sees the old content or
/// the new. A link stays a link, and the mode stays; owner and group stay as far as we may set them (root may). Blocking, for as long as others hold the lock: moments. Thread-safe.
/// </remarks>
public sealed class HostFileStore(string path)
{
    // Beyond it, it is no list of hosts, and we would read it for each client.
    const long MaxLength = 16 << 20;

    /// <summary>As it was given.</summary>
    public string Path => path;

    /// <exception cref="HostFileException">It can't be read, or what stands in it is wrong.</exception>
    public HostFile Read() => Guard("read", () => Load(path));

    /// <summary>Changes the file as it is at that moment.</summary>
    /// <param name="change">Called once, with the lock held.</param>
    /// <returns>What stands in the file now.</returns>
    /// <exception cref="HostFileException">It can't be read or written, or what stands in it is wrong. It is then as it was.</exception>
    public HostFile Update(Func<HostFile, HostFile> change) => Guard("written", () =>
    {
        var target = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? System.IO.Path.GetFullPath(path);
        using var held = FileLock.Take(target + ".lock");
        var changed = change(Load(target));
        Replace(target, changed.ToBytes());
        return changed;
    });

    HostFile Load(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (stream.Length > MaxLength) throw new HostFileException($"{path}: has more than {MaxLength >> 20} MiB: that is no host file", isContent: true);
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return HostFile.Parse(path, content.GetBuffer().AsSpan(0, (int)content.Length));
    }

    // The lock makes one name for the new file enough; what a crash left under it is in nobody's way.
    static void Replace(string target, byte[] content)
    {
        var fresh = target + ".new";
        File.Delete(fresh);
        using (var stream = new FileStream(fresh, FileMode.CreateNew, FileAccess.Write, FileShare.None))
        {
            LocalUser.CopyOwner(target, stream.SafeFileHandle);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(stream.SafeFileHandle, File.GetUnixFileMode(target));
            stream.Write(content);
            stream.Flush(flushToDisk: true); // or a power failure could leave a renamed file without its content
        }
        File.Move(fresh, target, overwrite: true);
    }

    HostFile Guard(string done, Func<HostFile> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new HostFileException($"{path}: can't be {done}: there is no such file", isContent: false);
        }
        catch (UnauthorizedAccessException)
        {
            // The runtime's word for both.
            throw new HostFileException($"{path}: can't be {done}: {(Directory.Exists(path) ? "this is a directory" : "permission denied")}", isContent: false);
        }
        catch (IOException e)
        {
            throw new HostFileException($"{path}: can't be {done}: {e.Message}", isContent: false);
        }
    }
}
