using System.Security.Cryptography;
using Burrow.Core;
using Burrow.Session.Handshake;
using Xunit;

namespace Burrow.Session.Tests.Handshake;

public sealed class AttachProofTests
{
    static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    static readonly AttachTranscript Some = new(
        Mode.Obfuscated, new SessionId(3, 4), 5, new Octets32(Key), new Octets32(Key), JennyReceived: 6, JackReceived: 7, JackStart: 8);

    [Fact]
    public void Proofs_AreTheHmacsThatTheProtocolSpells()
    {
        var key = Convert.ToHexStringLower(Key);
        var t = "burrow 1 attach"u8.ToArray().Concat(Convert.FromHexString(
            "02" + "0000000000000003" + "0000000000000004" + "0000000000000005" + key + key
            + "0000000000000006" + "0000000000000007" + "0000000000000008")).ToArray();
        var jack = HMACSHA256.HashData(HKDF.Expand(HashAlgorithmName.SHA256, Key, 32, "burrow 1 attach jack"u8.ToArray()), t);
        var jenny = HMACSHA256.HashData(HKDF.Expand(HashAlgorithmName.SHA256, Key, 32, "burrow 1 attach jenny"u8.ToArray()), (byte[])[.. t, 0, 0, 0, 0, 0, 0, 0, 9]);
        Assert.Equal(jack, AttachProof.Jack(Key, Some).ToArray());
        Assert.Equal(jenny, AttachProof.Jenny(Key, Some, 9).ToArray());
    }

    [Fact]
    public void Proof_ChangesWithEveryField()
    {
        AttachTranscript[] others =
        [
            Some with { Mode = Mode.Plaintext }, Some with { Session = new SessionId(3, 5) }, Some with { Epoch = 6 }, Some with { JackNonce = default },
            Some with { JennyNonce = default }, Some with { JennyReceived = 0 }, Some with { JackReceived = 0 }, Some with { JackStart = 0 },
        ];
        Assert.All(others, other => Assert.NotEqual(AttachProof.Jack(Key, Some), AttachProof.Jack(Key, other)));
        Assert.All(others, other => Assert.NotEqual(AttachProof.Jenny(Key, Some, 9), AttachProof.Jenny(Key, other, 9)));
        Assert.NotEqual(AttachProof.Jenny(Key, Some, 9), AttachProof.Jenny(Key, Some, 8));
    }
}
