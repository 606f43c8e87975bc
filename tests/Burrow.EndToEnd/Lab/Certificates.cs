namespace Burrow.EndToEnd.Lab;

/// <summary>An authority of the lab's own and a certificate by it for the lab's server, made as an administrator would make them.</summary>
/// <param name="Authority">What somebody who trusts it puts into SSL_CERT_FILE.</param>
sealed record Certificates(string Authority, string Certificate, string Key)
{
    public static async Task<Certificates> MakeAsync(string folder)
    {
        Requires.Tools("openssl");
        string In(string name) => Path.Combine(folder, name);
        string[] key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "2"];
        await Shell.RunAsync(["openssl", "req", "-x509", .. key, "-subj", "/CN=lab authority", "-keyout", In("ca.key"), "-out", In("ca.pem"),
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"]);
        await Shell.RunAsync(["openssl", "req", "-x509", "-CA", In("ca.pem"), "-CAkey", In("ca.key"), .. key, "-subj", "/CN=server.lab", "-keyout", In("web.key"), "-out", In("web.pem"),
            "-addext", $"subjectAltName=DNS:server.lab,IP:{NetworkLab.ServerAddress}", "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=serverAuth"]);
        File.SetUnixFileMode(In("web.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new Certificates(In("ca.pem"), In("web.pem"), In("web.key"));
    }
}
