using Burrow.Carriers.Identity;
using Burrow.Carriers.Proxy;
using Burrow.Cli.Config;
using Burrow.Cli.Terminal;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose;

/// <summary>Makes of the options and the environment what Jack's carriers go by.</summary>
static class Proxies
{
    /// <exception cref="KeyProblemException">The password is missing or its file can't be used.</exception>
    public static ProxySettings Of(ProxyOptions options, ILogger logger)
    {
        var settings = Choose(options, logger);
        return settings.With(options.UserAgent, options.Headers);
    }

    static ProxySettings Choose(ProxyOptions options, ILogger logger)
    {
        if (options.Url == ProxyText.None) return ProxySettings.None;
        if (options.Url is null)
        {
            var settings = ProxySettings.FromEnvironment(out var mistake);
            if (mistake is not null) TunnelLog.ProxyVariable(logger, mistake);
            return settings;
        }
        if (!ProxyServer.TryParse(options.Url, out var proxy, out var error)) throw new KeyProblemException(error);
        if (options.PasswordFile is null && proxy.Credentials is { Password.Length: > 0 } && options.IsVisible) TunnelLog.PasswordVisible(logger);
        if (proxy.Credentials is { } known && Password(known, proxy, options) is { } password) proxy = proxy with { Credentials = known with { Password = password } };
        else if (proxy.Credentials is null && options.PasswordFile is not null) throw new KeyProblemException($"proxy {proxy}: there is a password and no user: give the user in the URL, as in http://USER@HOST:PORT");
        return ProxySettings.Through(proxy);
    }

    static string? Password(ProxyCredentials credentials, ProxyServer proxy, ProxyOptions options)
    {
        if (options.PasswordFile is { } file)
        {
            if (!PrivateFile.TryRead(file, "it has the password for the proxy, and nothing else", out var text, out var error)) throw new KeyProblemException(error);
            // An editor ends the line; everything before that is the password's, blanks included.
            return text.TrimEnd('\n').TrimEnd('\r');
        }
        if (credentials.Password.Length > 0 || proxy.Kind is ProxyKind.Socks4 or ProxyKind.Socks4a) return null;
        return PasswordPrompt.Ask($"Password of {credentials.User} for the proxy {proxy}: ")
            ?? throw new KeyProblemException($"proxy {proxy}: the password of {credentials.User} is missing, and there is no terminal to ask for it: give --proxy-password-file");
    }
}
