using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Burrow.Carriers.Modes.Tls;

/// <summary>What both ends' TLS has in common (docs/protocol.md §2).</summary>
static class TlsSettings
{
    /// <summary>The server name by which Jenny's port knows Burrow's TLS from a browser's.</summary>
    public const string ServerName = "burrow";

    public static readonly SslApplicationProtocol Protocol = new("burrow/1");

    /// <summary>
    /// The suites of TLS 1.3, the fastest first: AES-128 where the processor has instructions for AES (a sixth faster than the AES-256 that OpenSSL would begin with, and
    /// as far beyond anybody's reach), ChaCha20 where it has not. Null, the platform's own order, where none can be given.
    /// </summary>
    public static CipherSuitesPolicy? Suites { get; } = OperatingSystem.IsLinux() ? new CipherSuitesPolicy(InOrder()) : null;

    static IEnumerable<TlsCipherSuite> InOrder()
    {
        var hardware = System.Runtime.Intrinsics.X86.Aes.IsSupported || System.Runtime.Intrinsics.Arm.Aes.IsSupported;
        if (!hardware) yield return TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256;
        yield return TlsCipherSuite.TLS_AES_128_GCM_SHA256;
        if (hardware) yield return TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256;
        yield return TlsCipherSuite.TLS_AES_256_GCM_SHA384;
    }

    /// <summary>Pins decide, so the platform's verdict on the chain is never looked at; this keeps it from reading roots or fetching anything.</summary>
    public static X509ChainPolicy ChainPolicy() => new()
    {
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        VerificationFlags = X509VerificationFlags.AllFlags,
    };
}
