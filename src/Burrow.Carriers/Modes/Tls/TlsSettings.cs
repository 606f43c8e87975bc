using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Burrow.Carriers.Modes.Tls;

/// <summary>What both ends' TLS has in common (docs/protocol.md §2).</summary>
static class TlsSettings
{
    /// <summary>The server name by which Jenny's port knows Burrow's TLS from a browser's.</summary>
    public const string ServerName = "burrow";

    public static readonly SslApplicationProtocol Protocol = new("burrow/1");

    /// <summary>Pins decide, so the platform's verdict on the chain is never looked at; this keeps it from reading roots or fetching anything.</summary>
    public static X509ChainPolicy ChainPolicy() => new()
    {
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        VerificationFlags = X509VerificationFlags.AllFlags,
    };
}
