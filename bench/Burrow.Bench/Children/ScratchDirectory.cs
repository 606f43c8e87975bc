namespace Burrow.Bench.Children;

/// <summary>A private directory (0700) for keys, certificates and configurations; gone at the end.</summary>
internal sealed class ScratchDirectory : IDisposable
{
    readonly string _path = Directory.CreateTempSubdirectory("burrow-bench-").FullName;
    int _folders;

    /// <summary>A fresh folder in it.</summary>
    public string NewFolder(string name)
    {
        var path = Path.Combine(_path, $"{++_folders}-{name}");
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>A fresh folder for a program that gives up its rights: anybody may write there who knows its name.</summary>
    public string NewOpenFolder(string name)
    {
        var path = NewFolder(name);
        File.SetUnixFileMode(_path, File.GetUnixFileMode(_path) | UnixFileMode.OtherExecute);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_111_111);
        return path;
    }

    /// <summary>Writes a file that only its owner may read (ssh and stunnel insist), and returns its path.</summary>
    public static string Write(string folder, string name, string text)
    {
        var path = Path.Combine(folder, name);
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        using var writer = new StreamWriter(file);
        writer.Write(text);
        return path;
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(_path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // A signal's handler was faster.
        }
    }
}
