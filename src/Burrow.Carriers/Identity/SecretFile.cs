using System.Diagnostics.CodeAnalysis;

namespace Burrow.Carriers.Identity;

/// <summary>What <c>--secret-file</c> names: one secret, and nothing else but white space around it.</summary>
public static class SecretFile
{
    /// <summary>Reads it.</summary>
    /// <param name="error">What is wrong, naming the file and never showing what is in it; null on success.</param>
    public static bool TryLoad(string path, [NotNullWhen(true)] out Secret? secret, [NotNullWhen(false)] out string? error)
    {
        secret = null;
        if (!PrivateFile.TryRead(path, "`burrow key new -o FILE` makes one", out var text, out error)) return false;
        if (Secret.TryParse(text, out secret, out var problem)) return true;
        error = $"{path}: {problem}";
        return false;
    }
}
