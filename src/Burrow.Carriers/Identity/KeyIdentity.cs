using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Burrow.Carriers.Identity;

/// <summary>
/// Who one end is: a P-256 key and a self-signed certificate around it. The certificate is made anew at every start and only carries the key; names and
/// dates in it mean nothing, so that a clock that is wrong locks nobody out.
/// </summary>
public sealed class KeyIdentity : IDisposable
{
    const string CreateAdvice = "`burrow key new --identity -o FILE` makes one";

    readonly ECDsa _key;

    KeyIdentity(ECDsa key)
    {
        _key = key;
        var request = new CertificateRequest("CN=burrow", key, HashAlgorithmName.SHA256);
        Certificate = request.CreateSelfSigned(
            new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero));
        Pin = Pin.Of(Certificate);
        // Offline: nothing is ever fetched to complete a chain that has one element.
        Context = SslStreamCertificateContext.Create(Certificate, additionalCertificates: null, offline: true);
    }

    /// <summary>What the other end has to know of us.</summary>
    public Pin Pin { get; }

    internal X509Certificate2 Certificate { get; }

    internal SslStreamCertificateContext Context { get; }

    /// <summary>A new random identity.</summary>
    public static KeyIdentity Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>The identity with a given private key: 32 bytes, big-endian, between 1 and the order of P-256.</summary>
    internal static KeyIdentity FromScalar(byte[] d)
    {
        var parameters = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = d };
        try
        {
            return new KeyIdentity(ECDsa.Create(parameters));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(d);
        }
    }

    /// <summary>Reads a private key from a PEM file (PKCS#8) that nobody else can read.</summary>
    /// <param name="error">What is wrong, naming the file; null on success.</param>
    public static bool TryLoad(string path, [NotNullWhen(true)] out KeyIdentity? identity, [NotNullWhen(false)] out string? error)
    {
        identity = null;
        if (!PrivateFile.TryRead(path, CreateAdvice, out var text, out error)) return false;
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(text);
            if (key.KeySize == 256 && key.ExportParameters(includePrivateParameters: true) is { D: not null, Curve.Oid.FriendlyName: "nistP256" or "ECDSA_P256" })
            {
                identity = new KeyIdentity(key);
                return true;
            }
            error = $"{path}: the key is not a P-256 private key; {CreateAdvice}";
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            error = $"{path}: no private key in PEM form (PKCS#8, \"BEGIN PRIVATE KEY\") could be read; {CreateAdvice}";
        }
        key.Dispose();
        return false;
    }

    /// <summary>Writes the private key to a new file of mode 0600. An existing file is never overwritten.</summary>
    /// <returns>Null, or what went wrong, naming the file.</returns>
    public string? Save(string path) => PrivateFile.Create(path, _key.ExportPkcs8PrivateKeyPem() + "\n");

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }

    public override string ToString() => Pin.Text;
}
