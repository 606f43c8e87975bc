using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Burrow.Carriers.Identity;
using Burrow.Cli.Config;
using Burrow.Endpoints.Inbounds.Dynamic;

namespace Burrow.Cli.Compose;

/// <summary>A credential cannot be used; the message names the file and what to do.</summary>
sealed class KeyProblemException(string message) : Exception(message);

/// <summary>Loads what the options name into keys.</summary>
static class Keys
{
    /// <summary>Jack's own identity and the pins that Jenny may have.</summary>
    /// <exception cref="KeyProblemException">The file can't be used.</exception>
    public static (KeyIdentity Identity, IReadOnlyCollection<Pin> Jenny)? OfJack(Credentials credentials)
    {
        switch (credentials)
        {
            case Credentials.SharedSecret shared:
                var secret = LoadSecret(shared.File);
                using (var jenny = secret.Derive(Role.Jenny)) return (secret.Derive(Role.Jack), [jenny.Pin]);
            case Credentials.PinnedIdentity own:
                return (LoadIdentity(own.IdentityFile), [own.Pin]);
            default:
                return null;
        }
    }

    /// <summary>Jenny's own identity and those who may come.</summary>
    /// <exception cref="KeyProblemException">The file can't be used.</exception>
    public static (KeyIdentity Identity, IReadOnlyList<Credential> Jacks)? OfJenny(Credentials credentials)
    {
        switch (credentials)
        {
            case Credentials.SharedSecret shared:
                var secret = LoadSecret(shared.File);
                using (var jack = secret.Derive(Role.Jack)) return (secret.Derive(Role.Jenny), [new Credential("secret", jack.Pin)]);
            case Credentials.AuthorizedIdentity own:
                if (!AuthorizedFile.TryLoad(own.AuthorizedFile, out var jacks, out var errors)) throw new KeyProblemException(string.Join('\n', errors));
                return (LoadIdentity(own.IdentityFile), jacks);
            default:
                return null;
        }
    }

    /// <summary>An ordinary certificate for web clients.</summary>
    /// <exception cref="KeyProblemException">The files can't be used.</exception>
    public static SslStreamCertificateContext? OfWeb((string Certificate, string Key)? files)
    {
        if (files is not var (certificate, key)) return null;
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificate);
            return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(certificate, key), chain, offline: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new KeyProblemException($"cannot use {certificate} with the key {key}: {problem.Message}");
        }
    }

    /// <summary>Who may use our dynamic maps; null: everybody.</summary>
    /// <exception cref="KeyProblemException">The file can't be used.</exception>
    public static ProxyUsers? OfProxies(string? file)
    {
        if (file is null) return null;
        if (!PrivateFile.TryRead(file, "it has one line USER:PASSWORD for each user", out var text, out var error)) throw new KeyProblemException(error);
        return ProxyUsers.TryParse(text, out var users, out var mistake) ? users : throw new KeyProblemException($"{file}: {mistake}");
    }

    static Secret LoadSecret(string file) =>
        SecretFile.TryLoad(file, out var secret, out var error) ? secret : throw new KeyProblemException(error);

    static KeyIdentity LoadIdentity(string file) =>
        KeyIdentity.TryLoad(file, out var identity, out var error) ? identity : throw new KeyProblemException(error);
}
