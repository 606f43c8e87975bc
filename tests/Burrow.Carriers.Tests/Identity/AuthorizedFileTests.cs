using Burrow.Carriers.Identity;
using Xunit;

namespace Burrow.Carriers.Tests.Identity;

public sealed class AuthorizedFileTests
{
    const string A = "sha256:CrOv_Kjzr2FCHWhiPDGDos18SnjUhXtIpSYHemDfFjo";
    const string B = "sha256:X1jVg2WyaMBjn8LUgmcyCKZTdfEnsiCm-YK4R0BOE_0";

    [Fact]
    public void TryParse_ReadsEntriesAndLimits()
    {
        var text = $"""
            # our people

            {A} name=alice permit-dial=10.0.0.0/8:*,db:5432 permit-listen=*:8080 max-sessions=2 max-channels=100 # laptop
              {B}
            """;
        Assert.True(AuthorizedFile.TryParse("f", text, out var credentials, out _));
        var alice = credentials[0];
        Assert.Equal(("alice", A, 2, 100), (alice.Name, alice.Pin.Text, alice.MaxSessions, alice.MaxChannels));
        Assert.Equal(["10.0.0.0/8:*", "db:5432"], alice.PermitDial!);
        Assert.Equal(["*:8080"], alice.PermitListen!);
        Assert.Equal((B, null, null), (credentials[1].Name, credentials[1].PermitDial, credentials[1].MaxSessions));
    }

    [Theory]
    [InlineData("hello", "f:1:1: a pin begins with \"sha256:\"")]
    [InlineData("\nsha256:abc", "f:2:1: after \"sha256:\" come 43 characters of base64url or 64 hex digits, not 3 characters")]
    [InlineData(A + " nmae=x", "f:1:52: \"nmae\" is not known here; known are name, permit-dial")]
    [InlineData(A + " name=", "f:1:52: name= needs a value")]
    [InlineData(A + "  max-sessions=-1", "f:1:53: max-sessions is a whole number from 1, not \"-1\"")]
    [InlineData(A + " max-channels=0", "f:1:52: max-channels is a whole number from 1")]
    [InlineData(A + "\n" + A, "f:2:1: this pin was given in line 1 already")]
    public void TryParse_OfSomethingWrong_SaysWhereAndWhat(string text, string expected)
    {
        Assert.False(AuthorizedFile.TryParse("f", text, out _, out var errors));
        Assert.StartsWith(expected, Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Pin_IsReadInBothForms()
    {
        Assert.True(Pin.TryParse(A, out var a, out _));
        var hash = System.Buffers.Text.Base64Url.DecodeFromChars(A.AsSpan(7));
        Assert.True(Pin.TryParse("sha256:" + Convert.ToHexString(hash), out var hex, out _));
        Assert.Equal(a, hex);
        Assert.False(Pin.TryParse("sha256:" + new string('+', 43), out _, out _));
        Assert.False(Pin.TryParse("sha256:" + new string('g', 64), out _, out _));
    }
}
