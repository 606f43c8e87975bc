using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Burrow.Bench.Children;

namespace Burrow.Bench.Candidates;

/// <summary>Two stunnels, TLS 1.3 between them, each knowing the other by its certificate: what our encrypted map does, without the survival.</summary>
internal sealed class Stunnel() : Candidate("stunnel")
{
    public override string? WhyMissing => MissingUnless("stunnel");

    // stunnel takes 125 of 256 descriptors for clients, whatever the limit (its max_clients).
    public override int MostChannels(int descriptors) => (descriptors * 125 / 256) - 100;

    protected override Running Launch(ScratchDirectory scratch, IPEndPoint server)
    {
        var folder = scratch.NewFolder("stunnel");
        WriteIdentity(folder, "near");
        WriteIdentity(folder, "far");
        var (listen, carrier) = (Ports.Next(), Ports.Next());
        var far = ChildProcess.Start(Find("stunnel")!, [Configuration(folder, "far", "near", carrier, server, isClient: false)]);
        var near = ChildProcess.Start(Find("stunnel")!, [Configuration(folder, "near", "far", listen, carrier, isClient: true)]);
        return new Running(listen, near, far);
    }

    static string Configuration(string folder, string own, string peer, IPEndPoint accept, IPEndPoint connect, bool isClient) =>
        ScratchDirectory.Write(folder, $"{own}.conf", $"""
            foreground = yes
            debug = err
            pid =
            [bench]
            client = {(isClient ? "yes" : "no")}
            accept = {accept}
            connect = {connect}
            sslVersion = TLSv1.3
            cert = {folder}/{own}.pem
            key = {folder}/{own}.key
            CAfile = {folder}/{peer}.pem
            verifyPeer = yes

            """);

    static void WriteIdentity(string folder, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(7));
        ScratchDirectory.Write(folder, $"{name}.pem", certificate.ExportCertificatePem() + "\n");
        ScratchDirectory.Write(folder, $"{name}.key", key.ExportPkcs8PrivateKeyPem() + "\n");
    }
}
