using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Burrow.Carriers.Identity;
using Burrow.Core;

namespace Burrow.Carriers.Modes.Tls;

/// <summary>Jenny's TLS. It lets any certificate in, none too: she says inside what she thinks of it (docs/protocol.md §3.1). Thread-safe.</summary>
public sealed class TlsServer
{
    readonly SslServerAuthenticationOptions _options;
    readonly SslServerAuthenticationOptions? _web;

    /// <param name="identity">Who Jenny is to Jacks.</param>
    /// <param name="web">An ordinary certificate with its key, for web clients; null: they are turned away.</param>
    public TlsServer(KeyIdentity identity, SslStreamCertificateContext? web = null)
    {
        // Whatever a browser or a proxy of these years speaks: what is carried inside has TLS 1.3 of its own, or is meant to be readable.
        if (web is not null) _web = new SslServerAuthenticationOptions { ServerCertificateContext = web, ApplicationProtocols = [SslApplicationProtocol.Http11], AllowRenegotiation = false };
        _options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = identity.Context,
            ClientCertificateRequired = true,
#pragma warning disable CA5359 // on purpose: the verdict follows inside TLS, where the caller can read it
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
            EnabledSslProtocols = SslProtocols.Tls13,
            CipherSuitesPolicy = TlsSettings.Suites,
            ApplicationProtocols = [TlsSettings.Protocol],
            AllowRenegotiation = false,
            AllowTlsResume = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = TlsSettings.ChainPolicy(),
        };
    }

    /// <summary>Runs the handshake. There is no deadline in here: abort <paramref name="inner"/> and it ends with that reason.</summary>
    /// <param name="allowWeb">A server name that is not Burrow's gets the ordinary certificate, if there is one.</param>
    public async ValueTask<TlsResult> AcceptAsync(Connection inner, bool allowWeb = false)
    {
        var records = new RecordStream(inner);
        var ssl = new SslStream(records, leaveInnerStreamOpen: true);
        EndReason failure;
        try
        {
            var isWeb = false;
            await ssl.AuthenticateAsServerAsync(
                (_, hello, _, _) =>
                {
                    isWeb = hello.ServerName != TlsSettings.ServerName;
                    return isWeb && (_web is null || !allowWeb)
                        ? ValueTask.FromException<SslServerAuthenticationOptions>(new ForeignServerNameException(hello.ServerName))
                        : new ValueTask<SslServerAuthenticationOptions>(isWeb ? _web! : _options);
                },
                null, CancellationToken.None);
            if (isWeb) return new TlsResult(new TlsConnection(inner, records, ssl, peerPin: null) { IsWeb = true }, null);
            if (ssl.NegotiatedApplicationProtocol == TlsSettings.Protocol)
            {
                var pin = ssl.RemoteCertificate is X509Certificate2 certificate ? Pin.Of(certificate) : null;
                return new TlsResult(new TlsConnection(inner, records, ssl, pin), null);
            }
            failure = new EndReason(EndPhase.Handshake, EndSide.Peer, EndCause.Protocol, "TLS without the application protocol burrow/1");
        }
        catch (ForeignServerNameException e)
        {
            failure = new EndReason(EndPhase.Handshake, EndSide.Peer, EndCause.Protocol, e.Message);
        }
        catch (Exception e) // whatever a stranger's bytes make the platform throw ends this caller and nobody else
        {
            failure = TlsFailure.OfHandshake(inner, records, e);
        }
        inner.Abort(failure);
        await ssl.DisposeAsync();
        return new TlsResult(null, failure);
    }

    /// <summary>A web client, or a scanner: the name is for logs, cut short and without what a terminal would act on.</summary>
    sealed class ForeignServerNameException(string name)
        : Exception($"TLS for the server name \"{new string([.. name.Take(64).Select(c => char.IsControl(c) ? '?' : c)])}\", not for Burrow");
}
