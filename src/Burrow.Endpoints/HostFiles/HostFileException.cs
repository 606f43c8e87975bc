namespace Burrow.Endpoints.HostFiles;

/// <summary>A host file can't be used. The message names the file, and the line if there is one.</summary>
/// <param name="message">For a person.</param>
/// <param name="isContent">Whether what stands in it is wrong; otherwise it can't be read or written.</param>
public sealed class HostFileException(string message, bool isContent) : Exception(message)
{
    public bool IsContent => isContent;
}
