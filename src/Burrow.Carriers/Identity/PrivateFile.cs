using System.Diagnostics.CodeAnalysis;
using System.Text;
using Burrow.Core;

namespace Burrow.Carriers.Identity;

/// <summary>Files that hold secrets: ours or root's, readable by their owner alone, and small.</summary>
public static class PrivateFile
{
    const int MaxLength = 64 * 1024;
    const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
    const UnixFileMode OthersMayWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Reads a file that must be closed to everybody else.</summary>
    /// <param name="advice">Appended when the file does not exist: how to make it.</param>
    /// <param name="error">What is wrong, naming the file and the command that mends it; null on success.</param>
    public static bool TryRead(string path, string advice, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out string? error) =>
        TryRead(path, Others, "others can read it", "600", advice, out text, out error);

    /// <summary>Reads a file that everybody may read and only its owner, who is ourselves or root, may write.</summary>
    internal static bool TryReadProtected(string path, string advice, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out string? error) =>
        TryRead(path, OthersMayWrite, "others can write it", "go-w", advice, out text, out error);

    /// <summary>Writes a new file of mode 0600.</summary>
    /// <returns>Null, or what went wrong, naming the file.</returns>
    public static string? Create(string path, string text)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var file = new FileStream(path, options);
            file.Write(Encoding.UTF8.GetBytes(text));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return File.Exists(path) ? $"{path}: exists already and is not overwritten"
                : Directory.Exists(path) ? $"{path}: this is a directory; give the file a name, too"
                : $"{path}: cannot be written: {(e is DirectoryNotFoundException ? "there is no such directory" : e.Message)}";
        }
    }

    /// <summary>Whoever owns a file can change it, whatever its mode says by now.</summary>
    /// <returns>Null when the owner is trusted, or can't be known.</returns>
    internal static string? OwnerProblem(string path, LocalUser? owner, LocalUser? own) =>
        owner is not { } somebody || own is not { } us || somebody == us || somebody == LocalUser.Root
            ? null
            : $"{path}: refused, because it belongs to {somebody}, who is neither this program's user ({us}) nor root; run: chown {us.Id} {path}";

    static bool TryRead(
        string path, UnixFileMode forbidden, string complaint, string chmod, string advice,
        [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out string? error)
    {
        text = null;
        error = null;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
            // The mode of the file that was opened, not of whatever stands under that name by now.
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & forbidden) != UnixFileMode.None)
                error = $"{path}: refused, because {complaint}; run: chmod {chmod} {path}";
            else if (OwnerProblem(path, LocalUser.OwnerOf(file.SafeFileHandle), LocalUser.Own) is { } problem)
                error = problem;
            else if (file.CanSeek && file.Length > MaxLength)
                error = $"{path}: {file.Length} bytes are more than such a file can have";
            else
                text = new StreamReader(file).ReadToEnd();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            error = $"{path}: no such file; {advice}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error = Directory.Exists(path) ? $"{path}: this is a directory, not a file" : $"{path}: cannot be read: {e.Message}";
        }
        return error is null;
    }
}
