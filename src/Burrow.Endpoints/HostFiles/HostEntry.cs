namespace Burrow.Endpoints.HostFiles;

/// <summary>A line of a host file.</summary>
/// <param name="Host">An address or a name, as it is written.</param>
/// <param name="Bytes">What has gone through it.</param>
public readonly record struct HostEntry(string Host, ulong Bytes);
