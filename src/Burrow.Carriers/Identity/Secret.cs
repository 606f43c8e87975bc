using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Security.Cryptography;

namespace Burrow.Carriers.Identity;

/// <summary>Which end of a tunnel.</summary>
public enum Role
{
    /// <summary>Dials.</summary>
    Jack,

    /// <summary>Waits.</summary>
    Jenny,
}

/// <summary>
/// A shared secret (docs/protocol.md §2): 32 random bytes that stand for both ends' key pairs. Written <c>burrow1-</c> and 56 characters of base32,
/// the last five of which hold a checksum.
/// </summary>
/// <remarks>
/// Only random secrets are accepted, never a passphrase: Jenny shows her certificate to every caller, so a guessable secret could be guessed at leisure.
/// </remarks>
public sealed class Secret
{
    public const int Length = 32;

    const string Prefix = "burrow1-";
    const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    const int ChecksumLength = 3;
    const int TextLength = (Length + ChecksumLength) * 8 / 5;
    const int WholeLength = 8 + TextLength;
    const string Advice = "`burrow key new` makes a secret";

    // The order of P-256 (FIPS 186-5; SEC 2, 2.4.2) less one.
    static readonly BigInteger OrderLessOne = BigInteger.Parse("0ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550", System.Globalization.NumberStyles.HexNumber);

    readonly byte[] _bytes;

    Secret(byte[] bytes) => _bytes = bytes;

    /// <summary>A new secret from the system's random generator.</summary>
    public static Secret Create() => new(RandomNumberGenerator.GetBytes(Length));

    /// <summary>Reads a written secret; white space around it does not matter.</summary>
    /// <param name="error">What is wrong, without repeating what was given; null on success.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Secret? secret, [NotNullWhen(false)] out string? error)
    {
        secret = null;
        text = text.Trim();
        error = text switch
        {
            "" => $"the secret is empty; {Advice}",
            _ when !text.StartsWith(Prefix, StringComparison.Ordinal) =>
                $"this is no Burrow secret: one begins with \"{Prefix}\". Passphrases are not accepted, because they can be guessed; {Advice}",
            { Length: not WholeLength } => $"a secret has {TextLength} characters after \"{Prefix}\", this has {text.Length - Prefix.Length}: a part is missing or added",
            _ => null,
        };
        if (error is not null) return false;

        var bytes = new byte[Length + ChecksumLength];
        if (Decode(text.AsSpan(Prefix.Length), bytes) is >= 0 and var wrong)
        {
            error = $"character {Prefix.Length + wrong + 1} of the secret is none of a-z and 2-7";
            return false;
        }
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes.AsSpan(0, Length), digest);
        if (!digest[..ChecksumLength].SequenceEqual(bytes.AsSpan(Length)))
        {
            error = "the secret's checksum does not match: it was mistyped or damaged";
            return false;
        }
        secret = new Secret(bytes[..Length]);
        return true;
    }

    /// <summary>The written form. This is the only way to see it; <see cref="ToString"/> does not show it.</summary>
    public string Reveal()
    {
        var bytes = new byte[Length + ChecksumLength];
        _bytes.CopyTo(bytes, 0);
        SHA256.HashData(_bytes).AsSpan(0, ChecksumLength).CopyTo(bytes.AsSpan(Length));
        return Prefix + Encode(bytes);
    }

    /// <summary>The identity of one end, derived as docs/protocol.md §2 says. The same every time.</summary>
    public KeyIdentity Derive(Role role)
    {
        Span<byte> wide = stackalloc byte[40];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _bytes, wide, "burrow secret 1"u8, role == Role.Jack ? "jack"u8 : "jenny"u8);
        var scalar = (new BigInteger(wide, isUnsigned: true, isBigEndian: true) % OrderLessOne) + BigInteger.One;
        CryptographicOperations.ZeroMemory(wide);
        var digits = scalar.ToByteArray(isUnsigned: true, isBigEndian: true);
        var d = new byte[32];
        digits.CopyTo(d, d.Length - digits.Length);
        return KeyIdentity.FromScalar(d);
    }

    public override string ToString() => "burrow1-(secret)";

    static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new char[bytes.Length * 8 / 5];
        for (var i = 0; i < text.Length; i++)
        {
            var bit = i * 5;
            var window = (bytes[bit / 8] << 8) | (bit / 8 + 1 < bytes.Length ? bytes[(bit / 8) + 1] : 0);
            text[i] = Alphabet[(window >> (11 - (bit % 8))) & 31];
        }
        return new string(text);
    }

    /// <returns>The index of the first character that is not in the alphabet, or -1.</returns>
    static int Decode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        var (window, bits, at) = (0, 0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            var value = Alphabet.IndexOf(text[i], StringComparison.Ordinal);
            if (value < 0) return i;
            window = ((window << 5) | value) & 0xfff;
            bits += 5;
            if (bits < 8) continue;
            bits -= 8;
            bytes[at++] = (byte)(window >> bits);
        }
        return -1;
    }
}
