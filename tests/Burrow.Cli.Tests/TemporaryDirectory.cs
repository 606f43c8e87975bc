namespace Burrow.Cli.Tests;

/// <summary>A directory that is gone afterwards. Short, because unix sockets' names are.</summary>
sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("bw").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Makes a file.</summary>
    /// <returns>Its path.</returns>
    public string FileOf(string name, string content)
    {
        System.IO.File.WriteAllText(File(name), content);
        return File(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
