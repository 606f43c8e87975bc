using System.Net;
using Burrow.Core;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>What the relay tools tell. Event ids are stable: 1100–1199.</summary>
static partial class RelayLog
{
    [LoggerMessage(1100, LogLevel.Information, "listening on {Where}")]
    public static partial void Listening(ILogger logger, EndPoint where);

    [LoggerMessage(1101, LogLevel.Information, "{Client} is not allowed and was turned away")]
    public static partial void NotAllowed(ILogger logger, EndPoint? client);

    [LoggerMessage(1102, LogLevel.Warning, "{Client} could not be led on: {Reason}")]
    public static partial void DialFailed(ILogger logger, EndPoint? client, EndReason reason);

    [LoggerMessage(1103, LogLevel.Warning, "{Host} was passed over: {Reason}")]
    public static partial void PassedOver(ILogger logger, string host, EndReason reason);

    [LoggerMessage(1104, LogLevel.Debug, "{Client} to {Target}: {Forward} B there, {Backward} B back, {Reason}")]
    public static partial void Ended(ILogger logger, EndPoint? client, string target, long forward, long backward, EndReason reason);

    [LoggerMessage(1105, LogLevel.Warning, "counts were not written: {Why}; they are kept and tried again")]
    public static partial void NotCounted(ILogger logger, string why);

    [LoggerMessage(1108, LogLevel.Warning, "counts were not written: {Why}; what is lost with this process: {Counts}")]
    public static partial void CountsLost(ILogger logger, string why, string counts);

    [LoggerMessage(1106, LogLevel.Debug, "connected with {Peer}")]
    public static partial void Connected(ILogger logger, EndPoint? peer);

    [LoggerMessage(1107, LogLevel.Warning, "{Client} could not be led on: {Why}")]
    public static partial void NotLedOn(ILogger logger, EndPoint? client, string why);

    [LoggerMessage(1110, LogLevel.Warning, "without --secret-file, whoever reaches {Where} first can take the place of the machine that clients are meant for")]
    public static partial void AnybodyMayHelp(ILogger logger, string where);

    [LoggerMessage(1111, LogLevel.Information, "{Helper} waits for a client")]
    public static partial void HelperWaits(ILogger logger, EndPoint? helper);

    [LoggerMessage(1112, LogLevel.Information, "{Helper} left before a client came")]
    public static partial void HelperLeft(ILogger logger, EndPoint? helper);

    [LoggerMessage(1113, LogLevel.Warning, "{Helper} was turned away: {Reason}")]
    public static partial void HelperRefused(ILogger logger, EndPoint? helper, EndReason reason);

    [LoggerMessage(1114, LogLevel.Information, "client {Client} is led to {Helper}")]
    public static partial void Paired(ILogger logger, EndPoint? client, EndPoint? helper);

    [LoggerMessage(1126, LogLevel.Information, "client {Client} is led to the other machine")]
    public static partial void LedOn(ILogger logger, EndPoint? client);

    [LoggerMessage(1115, LogLevel.Information, "client {Client} waits for the other machine")]
    public static partial void ClientWaits(ILogger logger, EndPoint? client);

    [LoggerMessage(1116, LogLevel.Information, "client {Client} left before the other machine came")]
    public static partial void ClientLeft(ILogger logger, EndPoint? client);

    [LoggerMessage(1117, LogLevel.Warning, "client {Client} was turned away: {Why}")]
    public static partial void ClientGivenUp(ILogger logger, EndPoint? client, string why);

    [LoggerMessage(1118, LogLevel.Warning, "{Helper} has vanished and was passed over")]
    public static partial void HelperVanished(ILogger logger, EndPoint? helper);

    [LoggerMessage(1119, LogLevel.Warning, "client {Client} and {Helper} have said nothing to each other so far: if connecttwo has --hello-from-src there, it waits for what --hello-dst would tell it")]
    public static partial void NothingSaid(ILogger logger, EndPoint? client, EndPoint? helper);

    [LoggerMessage(1120, LogLevel.Information, "waiting at {Source} for a client")]
    public static partial void WaitingThere(ILogger logger, string source);

    [LoggerMessage(1121, LogLevel.Warning, "{Source} can't be reached: {Reason}; trying again")]
    public static partial void CannotReach(ILogger logger, string source, EndReason reason);

    [LoggerMessage(1122, LogLevel.Information, "client {Client} has come to {Source}")]
    public static partial void ClientThere(ILogger logger, string client, string source);

    [LoggerMessage(1123, LogLevel.Warning, "{Source} has closed the connection before a client came; trying again")]
    public static partial void ClosedThere(ILogger logger, string source);

    [LoggerMessage(1124, LogLevel.Warning, "what {Source} sent first names no client: is listentwo running there without --hello-dst?")]
    public static partial void NoHello(ILogger logger, string source);

    [LoggerMessage(1127, LogLevel.Warning, "{Source} has answered several times at once and closed: does it want a secret or --resume, or is it no listentwo? Trying again, less and less often")]
    public static partial void AnswersAtOnce(ILogger logger, string source);

    [LoggerMessage(1125, LogLevel.Warning, "what {Source} sent first is a client's address, and went to the service: --hello-from-src is missing here, or listentwo should run without --hello-dst")]
    public static partial void UnaskedHello(ILogger logger, string source);
}
