using System.Net;
using Burrow.Core;
using Burrow.Session;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose;

/// <summary>
/// What the tunnel tells. Information is what a person cares about, a warning healed or will heal itself, an error needs a person; single channels are debug.
/// </summary>
static partial class TunnelLog
{
    [LoggerMessage(1001, LogLevel.Information, "{Mode} tunnel with {Peer} is up by {Carrier} ({Remote}), session {Session}")]
    public static partial void Up(ILogger logger, string mode, string peer, string carrier, string? remote, SessionId session);

    [LoggerMessage(1002, LogLevel.Warning, "{Mode} tunnel with {Peer} lost after {Age}: {Reason}; connections are frozen")]
    public static partial void Lost(ILogger logger, string mode, string peer, string age, EndReason reason);

    [LoggerMessage(1003, LogLevel.Information, "{Mode} tunnel with {Peer} resumed by {Carrier} ({Remote}) after {Away}; {Replayed} bytes replayed, session {Session}")]
    public static partial void Resumed(ILogger logger, string mode, string peer, string carrier, string? remote, string away, ulong replayed, SessionId session);

    [LoggerMessage(1004, LogLevel.Information, "{Mode} tunnel with {Peer}: no answer; trying another carrier beside this one")]
    public static partial void Suspect(ILogger logger, string mode, string peer);

    [LoggerMessage(1005, LogLevel.Warning, "cannot reach {Peer}: {Reason}; trying again")]
    public static partial void CannotReach(ILogger logger, string peer, EndReason reason);

    [LoggerMessage(1006, LogLevel.Warning, "the {Mode} session with {Peer} is over: {Reason}; its connections were reset")]
    public static partial void SessionOver(ILogger logger, string mode, string peer, EndReason reason);

    [LoggerMessage(1007, LogLevel.Warning, "{Mode} tunnel with {Peer}: a new carrier has waited {Age} for the work on the one before to end; the session is given up if it does not")]
    public static partial void OlderLingers(ILogger logger, string mode, string peer, string age);

    [LoggerMessage(1010, LogLevel.Information, "session {Session} ({Mode}) opened for {Peer} from {Remote}; {Open} open")]
    public static partial void SessionBorn(ILogger logger, SessionId session, string mode, string peer, string? remote, int open);

    [LoggerMessage(1011, LogLevel.Information, "session {Session} ({Mode}) of {Peer} is over: {Reason}; {Open} open")]
    public static partial void SessionEnded(ILogger logger, SessionId session, string mode, string peer, EndReason reason, int open);

    [LoggerMessage(1012, LogLevel.Information, "waiting for tunnels on {Where}")]
    public static partial void Waiting(ILogger logger, string where);

    [LoggerMessage(1013, LogLevel.Warning, "refused {Remote}: {Reason} (more refusals of that address in the next minutes only with -v)")]
    public static partial void CallerRefused(ILogger logger, string remote, EndReason reason);

    [LoggerMessage(1014, LogLevel.Information, "caller {Remote} left: {Reason} (more of that address in the next minutes only with -v)")]
    public static partial void CallerLeft(ILogger logger, string remote, EndReason reason);

    [LoggerMessage(1015, LogLevel.Debug, "caller {Remote} left: {Reason}")]
    public static partial void CallerLeftAgain(ILogger logger, string remote, EndReason reason);

    [LoggerMessage(1016, LogLevel.Error, "the {Mode} tunnel stumbled and begins anew; this is a fault of Burrow itself")]
    public static partial void KeeperFailed(ILogger logger, string mode, Exception exception);

    [LoggerMessage(1017, LogLevel.Warning, "waiting for tunnels on {Where}: can't accept for now, callers wait ({Reason})")]
    public static partial void AcceptPaused(ILogger logger, string where, EndReason reason);

    [LoggerMessage(1018, LogLevel.Information, "waiting for tunnels on {Where}: accepts again")]
    public static partial void AcceptResumed(ILogger logger, string where);

    [LoggerMessage(1019, LogLevel.Debug, "refused {Remote}: {Reason}")]
    public static partial void CallerRefusedAgain(ILogger logger, string remote, EndReason reason);

    [LoggerMessage(1020, LogLevel.Information, "map {Map}: listening on port {Port}")]
    public static partial void Listening(ILogger logger, string map, int port);

    [LoggerMessage(1021, LogLevel.Warning, "map {Map}: {Reason}; trying again")]
    public static partial void CannotListen(ILogger logger, string map, EndReason reason);

    [LoggerMessage(1022, LogLevel.Information, "map {Map}: {Peer} listens on port {Port}")]
    public static partial void PeerListens(ILogger logger, string map, string peer, int port);

    [LoggerMessage(1023, LogLevel.Warning, "map {Map}: {Peer} does not listen: {Reason}")]
    public static partial void PeerDoesNotListen(ILogger logger, string map, string peer, EndReason reason);

    [LoggerMessage(1024, LogLevel.Information, "listening on {Bind} for {Peer}, whose map leads to {Target}")]
    public static partial void ListeningForPeer(ILogger logger, Target bind, string peer, string target);

    [LoggerMessage(1025, LogLevel.Warning, "cannot listen on {Bind} for {Peer}: {Reason}")]
    public static partial void CannotListenForPeer(ILogger logger, Target bind, string peer, EndReason reason);

    [LoggerMessage(1026, LogLevel.Warning, "{Peer} may not listen on {Bind} here; --permit-listen would permit it")]
    public static partial void ListenDenied(ILogger logger, Target bind, string peer);

    [LoggerMessage(1027, LogLevel.Information, "map {Map}: removed; its connections go on")]
    public static partial void MapRemoved(ILogger logger, string map);

    [LoggerMessage(1028, LogLevel.Information, "configuration read again: {Maps} maps")]
    public static partial void Reloaded(ILogger logger, int maps);

    [LoggerMessage(1029, LogLevel.Error, "the configuration was not read again, the old one stays: {Problem}")]
    public static partial void ReloadFailed(ILogger logger, string problem);

    [LoggerMessage(1030, LogLevel.Warning, "map {Map}: client {Client} is not allowed")]
    public static partial void ClientNotAllowed(ILogger logger, string map, string? client);

    [LoggerMessage(1031, LogLevel.Warning, "map {Map}: no session for client {Client}; it was reset")]
    public static partial void NoSession(ILogger logger, string map, EndPoint? client);

    [LoggerMessage(1032, LogLevel.Information, "map {Map}: {Reason}")]
    public static partial void TargetFailed(ILogger logger, string map, EndReason reason);

    [LoggerMessage(1033, LogLevel.Warning, "{Peer} asked for {Target} (client {Source}): {Reason}")]
    public static partial void OpenDenied(ILogger logger, string peer, Target? target, string? source, EndReason reason);

    [LoggerMessage(1034, LogLevel.Information, "could not reach {Target} for client {Source}: {Reason}")]
    public static partial void DialFailed(ILogger logger, Target target, string? source, EndReason reason);

    [LoggerMessage(1035, LogLevel.Warning, "{What}: {Count} more in the last {Interval}")]
    public static partial void Repeated(ILogger logger, string what, long count, string interval);

    [LoggerMessage(1036, LogLevel.Information, "map {Map}: client {Client} left before there was a session for it")]
    public static partial void ClientLeft(ILogger logger, string map, EndPoint? client);

    [LoggerMessage(1037, LogLevel.Warning, "{Peer} has {Most} listeners here and asks for more; max-listeners of its entry would permit it")]
    public static partial void TooManyListeners(ILogger logger, string peer, int most);

    [LoggerMessage(1038, LogLevel.Warning, "{Peer} has {Most} channels here and opens more; max-channels of its entry would permit it")]
    public static partial void TooManyChannels(ILogger logger, string peer, int most);

    [LoggerMessage(1040, LogLevel.Debug, "{Peer}: channel from {Source} to {Target}: open; {Open} open")]
    public static partial void ChannelOpened(ILogger logger, string peer, string? source, Target? target, int open);

    [LoggerMessage(1041, LogLevel.Debug, "{Peer}: channel from {Source} to {Target}: {Reason}; {Open} open")]
    public static partial void ChannelEnded(ILogger logger, string peer, string? source, Target? target, EndReason reason, int open);

    [LoggerMessage(1042, LogLevel.Debug, "map {Map}: client {Client} was turned away: {Why}")]
    public static partial void ProxyRefused(ILogger logger, string map, EndPoint? client, string why);

    [LoggerMessage(1043, LogLevel.Information, "map {Map}: {Why}")]
    public static partial void NotOurs(ILogger logger, string map, string why);

    [LoggerMessage(1044, LogLevel.Warning, "the variable {Variable} holds no proxy's URL; it is left out of account")]
    public static partial void ProxyVariable(ILogger logger, string variable);

    [LoggerMessage(1045, LogLevel.Warning, "the proxy's password stands on the command line, where everybody on this machine can read it; --proxy-password-file keeps it to ourselves")]
    public static partial void PasswordVisible(ILogger logger);

    [LoggerMessage(1046, LogLevel.Information, "{Mode} tunnel with {Peer}: {Way} works now and is better, moving to it")]
    public static partial void ComingHome(ILogger logger, string mode, string peer, string way);

    [LoggerMessage(1047, LogLevel.Information, "{Way} does not work here: {Reason}")]
    public static partial void WayDoesNotWork(ILogger logger, string way, EndReason reason);

    [LoggerMessage(1058, LogLevel.Information, "{Way} worked the last time in this network: beginning with it; better ones are tried again soon")]
    public static partial void WayRemembered(ILogger logger, string way);

    [LoggerMessage(1048, LogLevel.Warning, "{Credential} was changed since the start and needs a restart; the one read at the start stays in use")]
    public static partial void CredentialKept(ILogger logger, string credential);

    [LoggerMessage(1049, LogLevel.Error, "no longer waiting for tunnels on {Where}: {Why}; without it nobody could come back that way, so this ends")]
    public static partial void ListenerLost(ILogger logger, string where, string why);

    [LoggerMessage(1050, LogLevel.Error, "a task failed; this is a fault of Burrow itself")]
    public static partial void ChoreFailed(ILogger logger, Exception exception);

    [LoggerMessage(1051, LogLevel.Information, "the machine slept or was stopped; asking whether the paths still work")]
    public static partial void Woke(ILogger logger);

    [LoggerMessage(1052, LogLevel.Information, "the addresses of this machine changed; asking whether the paths still work")]
    public static partial void AddressesChanged(ILogger logger);

    [LoggerMessage(1053, LogLevel.Warning, "no state directory ({Problem}): after a restart, the earlier run's listeners are freed only when its session ends")]
    public static partial void NoState(ILogger logger, string problem);

    [LoggerMessage(1054, LogLevel.Error, "{Peer}: {Refusal}")]
    public static partial void Refused(ILogger logger, string peer, string refusal);

    [LoggerMessage(1056, LogLevel.Error, "{Problem}")]
    public static partial void BadCredential(ILogger logger, string problem);

    [LoggerMessage(1055, LogLevel.Error, "cannot wait on {Url}: {Reason}")]
    public static partial void CannotWait(ILogger logger, string url, string reason);

    [LoggerMessage(1057, LogLevel.Information, "no longer listening on port {Port} for {Peer}, whose map was removed; its connections go on")]
    public static partial void NotListeningForPeer(ILogger logger, int port, string peer);
}
