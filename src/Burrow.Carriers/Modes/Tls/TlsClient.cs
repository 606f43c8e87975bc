using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Burrow.Carriers.Identity;
using Burrow.Core;

namespace Burrow.Carriers.Modes.Tls;

/// <summary>Jack's TLS: it goes on only with a Jenny whose key has one of the pins. Thread-safe.</summary>
/// <param name="identity">Who Jack is.</param>
/// <param name="pins">The keys that Jenny may have: at least one; a second one while she changes hers.</param>
public sealed class TlsClient(KeyIdentity identity, IReadOnlyCollection<Pin> pins)
{
    /// <summary>Runs the handshake. There is no deadline in here: abort <paramref name="inner"/> and it ends with that reason.</summary>
    public async ValueTask<TlsResult> ConnectAsync(Connection inner)
    {
        var records = new RecordStream(inner);
        var ssl = new SslStream(records, leaveInnerStreamOpen: true);
        Pin? seen = null;
        var refused = false;
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = TlsSettings.ServerName,
            ClientCertificateContext = identity.Context,
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                seen = certificate is X509Certificate2 known ? Pin.Of(known) : null;
                refused = seen is null || !pins.Contains(seen);
                return !refused;
            },
            EnabledSslProtocols = SslProtocols.Tls13,
            CipherSuitesPolicy = TlsSettings.Suites,
            ApplicationProtocols = [TlsSettings.Protocol],
            AllowRenegotiation = false,
            AllowTlsResume = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = TlsSettings.ChainPolicy(),
        };
        EndReason failure;
        try
        {
            await ssl.AuthenticateAsClientAsync(options, CancellationToken.None);
            if (ssl.NegotiatedApplicationProtocol == TlsSettings.Protocol)
            {
                var connection = new TlsConnection(inner, records, ssl, seen);
                connection.StartBatching(); // her pin is proved
                return new TlsResult(connection, null);
            }
            failure = new EndReason(EndPhase.Handshake, EndSide.Peer, EndCause.Protocol, "TLS without the application protocol burrow/1");
        }
        catch (Exception e)
        {
            failure = refused ? TlsFailure.WrongPin(seen, pins) : TlsFailure.OfHandshake(inner, records, e);
        }
        inner.Abort(failure);
        await ssl.DisposeAsync();
        return new TlsResult(null, failure);
    }
}
