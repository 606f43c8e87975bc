using Burrow.Core;
using Burrow.Core.Relaying;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Config.Relaying;

/// <summary>What <c>burrow pipe</c> was asked for.</summary>
/// <param name="Source">Where bytes come from.</param>
/// <param name="Destination">Where they go.</param>
/// <param name="BindFile">Host file of our own addresses; null: INADDR_DEFAULT, or what the system chooses.</param>
/// <param name="NetworkFile">Host file of destinations for ".".</param>
/// <param name="Interval">How often counts are written to the files.</param>
/// <param name="Insert">A file that precedes the stream.</param>
/// <param name="Rate">Bytes per second.</param>
/// <param name="Print">Whether throughput is shown.</param>
/// <param name="Wait">Between the connection and the first byte.</param>
/// <param name="SecretFile">Not null: as a session that survives.</param>
/// <param name="Level">Least level of messages.</param>
internal sealed record PipeOptions(
    PipeEnd Source, PipeEnd Destination, string? BindFile, string? NetworkFile, TimeSpan Interval, string? Insert, long? Rate, bool Print, TimeSpan Wait, string? SecretFile, LogLevel Level)
{
    public PipeEnd Socket => Source.IsSocket ? Source : Destination;

    /// <summary>Whether bytes go from here to the socket.</summary>
    public bool Sends => Destination.IsSocket;
}

/// <summary>What <c>burrow forward</c> was asked for.</summary>
/// <param name="Listen">Where clients come.</param>
/// <param name="Target">Where they are led; null: to the least used host of <paramref name="HostFile"/>.</param>
/// <param name="HostFile">Hosts to choose from.</param>
/// <param name="HostPort">Their port.</param>
/// <param name="Allowed">Who may come.</param>
/// <param name="Rate">Bytes per second of each connection and direction.</param>
/// <param name="Insert">A file that precedes each stream to the destination.</param>
/// <param name="EndPolicy">What the end of one side means.</param>
/// <param name="Interval">How often counts are written to the host file.</param>
/// <param name="Quiet">No bandwidth on standard error.</param>
/// <param name="Level">Least level of messages.</param>
internal sealed record ForwardOptions(
    Target Listen, Target? Target, string? HostFile, int HostPort, AllowList Allowed, long? Rate, string? Insert, EndPolicy EndPolicy, TimeSpan Interval, bool Quiet, LogLevel Level)
{
    public override string ToString() => $"{Place(Listen)} => {Target?.ToString() ?? $"{HostFile}:{HostPort}"}";

    static string Place(Target listen) => listen.Host.Length == 0 ? $"*:{listen.Port}" : listen.ToString();
}

/// <summary>What <c>burrow listentwo</c> was asked for.</summary>
/// <param name="Clients">Where clients come.</param>
/// <param name="Helpers">Where connecttwo comes.</param>
/// <param name="Hello">Whether connecttwo is told of each client.</param>
/// <param name="Wait">How long one waits for the other side.</param>
/// <param name="SecretFile">Not null: connecttwo must have the same.</param>
/// <param name="Resume">The pair as a session that survives.</param>
/// <param name="Level">Least level of messages.</param>
internal sealed record ListenTwoOptions(Target Clients, Target Helpers, bool Hello, TimeSpan Wait, string? SecretFile, bool Resume, LogLevel Level);

/// <summary>What <c>burrow connecttwo</c> was asked for.</summary>
/// <param name="Source">Where listentwo waits for us.</param>
/// <param name="Destination">What its clients want.</param>
/// <param name="Hello">Whether listentwo tells of each client first.</param>
/// <param name="SecretFile">Not null: listentwo must have the same.</param>
/// <param name="Resume">The pair as a session that survives.</param>
/// <param name="Level">Least level of messages.</param>
internal sealed record ConnectTwoOptions(Target Source, Target Destination, bool Hello, string? SecretFile, bool Resume, LogLevel Level);
