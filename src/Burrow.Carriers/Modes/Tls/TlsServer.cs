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
    readonly ServerOptionsSelectionCallback _select;

    public TlsServer(KeyIdentity identity)
    {
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
        _select = Select;
    }

    /// <summary>Runs the handshake. There is no deadline in here: abort <paramref name="inner"/> and it ends with that reason.</summary>
    public async ValueTask<TlsResult> AcceptAsync(Connection inner)
    {
        var records = new RecordStream(inner);
        var ssl = new SslStream(records, leaveInnerStreamOpen: true);
        EndReason failure;
        try
        {
            await ssl.AuthenticateAsServerAsync(_select, null, CancellationToken.None);
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

    ValueTask<SslServerAuthenticationOptions> Select(SslStream stream, SslClientHelloInfo hello, object? state, CancellationToken cancellationToken) =>
        hello.ServerName == TlsSettings.ServerName
            ? new ValueTask<SslServerAuthenticationOptions>(_options)
            : ValueTask.FromException<SslServerAuthenticationOptions>(new ForeignServerNameException(hello.ServerName));

    /// <summary>A web client, or a scanner: the name is for logs, cut short and without what a terminal would act on.</summary>
    sealed class ForeignServerNameException(string name)
        : Exception($"TLS for the server name \"{new string([.. name.Take(64).Select(c => char.IsControl(c) ? '?' : c)])}\", not for Burrow");
}
