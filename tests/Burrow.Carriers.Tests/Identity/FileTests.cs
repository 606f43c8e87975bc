using Burrow.Carriers.Identity;
using Burrow.Core;
using Xunit;

namespace Burrow.Carriers.Tests.Identity;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class FileTests : IDisposable
{
    const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    readonly string _directory = Directory.CreateTempSubdirectory("burrow-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    string File(string text, UnixFileMode mode = Private)
    {
        var path = Path.Combine(_directory, Path.GetRandomFileName());
        System.IO.File.WriteAllText(path, text);
        System.IO.File.SetUnixFileMode(path, mode);
        return path;
    }

    [Fact]
    public void Identity_IsWrittenPrivatelyAndReadBack()
    {
        var path = Path.Combine(_directory, "identity");
        using var identity = KeyIdentity.Create();
        Assert.Null(identity.Save(path));
        Assert.Equal(Private, System.IO.File.GetUnixFileMode(path));
        Assert.True(KeyIdentity.TryLoad(path, out var again, out _));
        Assert.Equal(identity.Pin, again.Pin);
        again.Dispose();
        Assert.Contains("not overwritten", identity.Save(path), StringComparison.Ordinal);
    }

    [Fact]
    public void Identity_ThatOthersCanRead_IsRefusedWithTheCommandThatMendsIt()
    {
        var path = File("x", Private | UnixFileMode.GroupRead);
        Assert.False(KeyIdentity.TryLoad(path, out _, out var error));
        Assert.Equal($"{path}: refused, because others can read it; run: chmod 600 {path}", error);
    }

    [Theory]
    [InlineData("hello", "no private key")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no private key")]
    public void Identity_ThatIsNone_IsRefused(string text, string expected)
    {
        Assert.False(KeyIdentity.TryLoad(File(text), out _, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Identity_OfAnotherCurve_IsRefused()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP384);
        Assert.False(KeyIdentity.TryLoad(File(key.ExportPkcs8PrivateKeyPem()), out _, out var error));
        Assert.Contains("not a P-256", error, StringComparison.Ordinal);
    }

    [Fact]
    public void SecretFile_MayEndInANewline_AndMustBePrivate()
    {
        var text = Secret.Create().Reveal();
        Assert.True(SecretFile.TryLoad(File(text + "\n"), out var secret, out _));
        Assert.Equal(text, secret.Reveal());
        Assert.False(SecretFile.TryLoad(File(text, Private | UnixFileMode.OtherRead), out _, out var error));
        Assert.Contains("chmod 600", error, StringComparison.Ordinal);
        Assert.False(SecretFile.TryLoad(Path.Combine(_directory, "none"), out _, out error));
        Assert.Contains("burrow key new", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000, 1000, true)]
    [InlineData(0, 1000, true)]
    [InlineData(0, 0, true)]
    [InlineData(1001, 1000, false)]
    [InlineData(1000, 0, false)] // not even root takes what somebody else can change
    public void OwnerOfASecret_IsOurselvesOrRoot(uint owner, uint own, bool isTrusted)
    {
        var problem = PrivateFile.OwnerProblem("secret", new LocalUser(owner), new LocalUser(own));
        Assert.Equal(isTrusted, problem is null);
        if (!isTrusted) Assert.Equal($"secret: refused, because it belongs to uid {owner}, who is neither this program's user (uid {own}) nor root; run: chown {own} secret", problem);
    }

    [Fact]
    public void AuthorizedFile_ThatOthersCanWrite_IsRefused()
    {
        var path = File("", Private | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        Assert.False(AuthorizedFile.TryLoad(path, out _, out var errors));
        Assert.Contains("chmod go-w", Assert.Single(errors), StringComparison.Ordinal);
        System.IO.File.SetUnixFileMode(path, Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        Assert.True(AuthorizedFile.TryLoad(path, out _, out _));
    }
}
