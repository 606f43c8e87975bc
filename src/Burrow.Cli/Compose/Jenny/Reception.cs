using Burrow.Carriers.Identity;
using Burrow.Carriers.Modes.Tls;
using Burrow.Core;
using Burrow.Session;
using Burrow.Session.Handshake;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Jenny;

/// <summary>Where callers arrive who were told apart by their first byte: handshake, then the session that they belong to.</summary>
sealed class Reception(SessionTable sessions, CredentialTable credentials, AttemptLimiter limiter, TimeProvider time, ILogger logger)
{
    /// <summary>Serves one caller until its carrier ends. Owns the connection.</summary>
    public async Task ServeAsync(Connection connection, Mode mode, CarrierTrust trust, Pin? pin, string kind, Action proved)
    {
        var remote = connection.RemoteEndPoint?.ToString();
        var credential = trust == CarrierTrust.Tls ? credentials.Find(pin) : null;
        var refusal = trust == CarrierTrust.Tls && credential is null
            ? new EndReason(EndPhase.Handshake, EndSide.Local, EndCause.Credential, pin is null ? "no certificate" : $"unknown pin {pin}") : null;
        var caller = new CallerContext(mode, trust, credential?.Name, refusal, remote);
        var outcome = await JennyHandshake.RunAsync(connection, caller, sessions);
        proved();
        switch (outcome)
        {
            case JennyOutcome.Born { LinkStartsHere: true } born when sessions.Get(born.Session.Id) is { } session:
                await session.CarryAsync(connection, kind, AttachPoint.Birth, logger);
                return;
            case JennyOutcome.Attached attached when sessions.Get(attached.Session.Id) is { } session:
                await session.CarryAsync(connection, kind, attached.Point, logger);
                return;
            case JennyOutcome.Refused refused:
                if (NoteRefusal(connection)) TunnelLog.CallerRefused(logger, remote ?? kind, refused.Reason);
                break;
            case JennyOutcome.Failed failed:
                TunnelLog.CallerLeft(logger, remote, failed.Reason);
                break;
        }
        await connection.DisposeAsync();
    }

    /// <summary>Counts a refused or broken attempt.</summary>
    /// <returns>True when it is worth a log line.</returns>
    public bool NoteRefusal(Connection connection)
    {
        lock (limiter) return limiter.Refused(AddressOf(connection), time.GetUtcNow());
    }

    public bool Admits(Connection connection)
    {
        lock (limiter) return limiter.Admits(AddressOf(connection), time.GetUtcNow());
    }

    static string AddressOf(Connection connection) => (connection.RemoteEndPoint as System.Net.IPEndPoint)?.Address.ToString() ?? "local";
}
