using System.Text.Json.Serialization;

namespace Burrow.Cli.Status;

/// <summary>What a running Jack or Jenny is doing, at one moment. Sizes in bytes, rates in bytes per second, times in UTC, round trips in milliseconds.</summary>
internal sealed record StatusDocument(ProcessStatus Process, IReadOnlyList<SessionStatus> Sessions, IReadOnlyList<MapStatus> Maps);

/// <param name="Pid">The process.</param>
/// <param name="Role"><c>jack</c> or <c>jenny</c>.</param>
/// <param name="Name">What it is called in the other side's logs.</param>
/// <param name="Version">The program's version.</param>
/// <param name="Since">When it started.</param>
/// <param name="ConfigFile">Its configuration file, if it has one.</param>
internal sealed record ProcessStatus(int Pid, string Role, string Name, string Version, DateTimeOffset Since, string? ConfigFile);

/// <param name="Id">The first digits of the session's id.</param>
/// <param name="Mode"><c>plaintext</c>, <c>obfuscated</c> or <c>encrypted</c>.</param>
/// <param name="Peer">The other end: its name or URL.</param>
/// <param name="State">Whether it has a carrier now.</param>
/// <param name="Since">When it was born.</param>
/// <param name="Carrier">Its carrier now, or null.</param>
/// <param name="RttMs">The smoothed round trip, or null before the first one.</param>
/// <param name="Reconnects">How many carriers it has had after the first.</param>
/// <param name="ReplayedBytes">What was sent again after reconnects.</param>
/// <param name="SentBytes">Stream bytes sent, from the session's birth.</param>
/// <param name="ReceivedBytes">Stream bytes received, from the session's birth.</param>
/// <param name="UnackedBytes">Sent and not acknowledged yet.</param>
/// <param name="QueuedBytes">Taken from applications and not sent yet.</param>
/// <param name="Channels">Connections inside it now.</param>
internal sealed record SessionStatus(
    string Id, string Mode, string Peer, SessionState State, DateTimeOffset Since, CarrierStatus? Carrier, double? RttMs, long Reconnects,
    long ReplayedBytes, long SentBytes, long ReceivedBytes, long UnackedBytes, long QueuedBytes, int Channels);

/// <param name="Kind"><c>tcp</c>, <c>unix</c> …</param>
/// <param name="Since">When it was attached.</param>
/// <param name="Remote">The far address, if it has one.</param>
internal sealed record CarrierStatus(string Kind, DateTimeOffset Since, string? Remote);

/// <param name="Text">The map as it was written.</param>
/// <param name="State">What its listener is doing.</param>
/// <param name="Why">Why it is refused or retried.</param>
/// <param name="ChannelsNow">Connections now.</param>
/// <param name="ChannelsTotal">Connections since the start.</param>
/// <param name="SentBytes">From here to the other side.</param>
/// <param name="ReceivedBytes">From the other side to here.</param>
/// <param name="SendRate">The last seconds' bytes per second.</param>
/// <param name="ReceiveRate">The last seconds' bytes per second.</param>
internal sealed record MapStatus(
    string Text, MapState State, string? Why, int ChannelsNow, long ChannelsTotal, long SentBytes, long ReceivedBytes, double SendRate, double ReceiveRate);

/// <summary>Whether a session has a carrier.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SessionState>))]
internal enum SessionState
{
    /// <summary>It has.</summary>
    [JsonStringEnumMemberName("attached")]
    Attached,

    /// <summary>It lost the last one; its connections are frozen.</summary>
    [JsonStringEnumMemberName("detached")]
    Detached,

    /// <summary>It was not born yet: the other side can't be reached.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,
}

/// <summary>What a map's listener is doing.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MapState>))]
internal enum MapState
{
    [JsonStringEnumMemberName("listening")]
    Listening,

    /// <summary>The other side does not permit it.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>The address can't be had now; it is tried again.</summary>
    [JsonStringEnumMemberName("retrying")]
    Retrying,

    /// <summary>The other side was not asked yet.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,
}

/// <summary>Says what is going on; called for every question, from any thread.</summary>
internal interface IStatusSource
{
    StatusDocument Snapshot();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(IReadOnlyList<StatusDocument>))]
internal sealed partial class StatusJson : JsonSerializerContext;
