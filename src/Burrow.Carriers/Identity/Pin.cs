using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Burrow.Carriers.Identity;

/// <summary>Names a public key: the SHA-256 of its SubjectPublicKeyInfo (docs/protocol.md §2). No secret.</summary>
/// <remarks>Written <c>sha256:</c> and 43 characters of base64url; 64 hex digits in any case are read, too.</remarks>
public sealed record Pin
{
    const string Prefix = "sha256:";

    Pin(ReadOnlySpan<byte> hash) => Text = Prefix + Base64Url.EncodeToString(hash);

    /// <summary>The one written form, so that equal pins are equal texts.</summary>
    public string Text { get; }

    /// <summary>The pin of a certificate's key.</summary>
    public static Pin Of(X509Certificate2 certificate) => new(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>Reads either form.</summary>
    /// <param name="error">What is wrong with <paramref name="text"/>, for a person; null on success.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Pin? pin, [NotNullWhen(false)] out string? error)
    {
        pin = null;
        error = null;
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            error = "a pin begins with \"sha256:\" (`burrow key pin` prints one)";
            return false;
        }
        var digits = text.AsSpan(Prefix.Length);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        switch (digits.Length)
        {
            case 64 when Convert.FromHexString(digits, hash, out _, out _) != OperationStatus.Done:
                error = "the 64 characters after \"sha256:\" are not all hex digits";
                return false;
            case 43 when !Base64Url.IsValid(digits, out var length) || length != hash.Length || !Base64Url.TryDecodeFromChars(digits, hash, out _):
                error = "the 43 characters after \"sha256:\" are not base64url (A-Z a-z 0-9 - _)";
                return false;
            case 43 or 64:
                pin = new Pin(hash);
                return true;
            default:
                error = $"after \"sha256:\" come 43 characters of base64url or 64 hex digits, not {digits.Length} characters";
                return false;
        }
    }

    public override string ToString() => Text;
}
