using Burrow.Carriers.Identity;
using Xunit;

namespace Burrow.Carriers.Tests.Identity;

public sealed class SecretTests
{
    const string Counting = "burrow1-aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dypwgdon";
    const string Ones = "burrow1-77777777777777777777777777777777777777777777777777727fqt";

    // Computed apart from this program, with textbook arithmetic on P-256.
    [Theory]
    [InlineData(Counting, Role.Jack, "sha256:CrOv_Kjzr2FCHWhiPDGDos18SnjUhXtIpSYHemDfFjo")]
    [InlineData(Counting, Role.Jenny, "sha256:X1jVg2WyaMBjn8LUgmcyCKZTdfEnsiCm-YK4R0BOE_0")]
    [InlineData(Ones, Role.Jack, "sha256:NzCEvbz2nDr63FN5nakp8ilkcAdlPGuxdMSYtmPXPqo")]
    [InlineData(Ones, Role.Jenny, "sha256:rYTvy9d1-_B26_8vcVbtIrZcF3P8JfgSX_LNyU9ncnk")]
    public void Derive_GivesTheKeysOfTheProtocol(string text, Role role, string pin)
    {
        Assert.True(Secret.TryParse(text, out var secret, out _));
        using var identity = secret.Derive(role);
        Assert.Equal(pin, identity.Pin.Text);
    }

    [Fact]
    public void TryParse_OfWhatWasRevealed_IsTheSameSecret()
    {
        for (var i = 0; i < 50; i++)
        {
            var text = Secret.Create().Reveal();
            Assert.True(Secret.TryParse($" {text}\n", out var again, out _));
            Assert.Equal(text, again.Reveal());
        }
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("correct horse battery staple", "Passphrases are not accepted")]
    [InlineData("correct horse battery staple", "burrow key new")]
    [InlineData("burrow1-aaaq", "has 4")]
    [InlineData("burrow1-aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dypwgdoo", "checksum")]
    [InlineData("burrow1-baaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dypwgdon", "checksum")]
    [InlineData("burrow1-a0aqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dypwgdon", "character 10")]
    public void TryParse_OfAnythingElse_SaysWhatIsWrong(string text, string expected)
    {
        Assert.False(Secret.TryParse(text, out _, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        if (text.Length > 8) Assert.DoesNotContain(text[8..], error, StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_DoesNotShowTheSecret()
    {
        Assert.True(Secret.TryParse(Counting, out var secret, out _));
        Assert.Equal("burrow1-(secret)", secret.ToString());
    }
}
