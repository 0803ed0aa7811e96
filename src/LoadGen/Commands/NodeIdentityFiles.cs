using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LoadGen.Cluster.Nodes;

namespace LoadGen.Commands;

/// <summary>Reads a node's certificate, key and authorities from PEM files.</summary>
internal static class NodeIdentityFiles
{
    // Neither is ever as large; a wrong path may name anything.
    private const int LargestBytes = 1 << 20;

    // Object identifiers of kinds of keys (RFC 3279 section 2.3).
    private const string Rsa = "1.2.840.113549.1.1.1";
    private const string EllipticCurve = "1.2.840.10045.2.1";

    /// <summary>Reads the files; the first thing that is wrong with them is a problem that names the flag, the file and the remedy.</summary>
    public static NodeIdentity? Read(string certPath, string keyPath, string caPath, Problems problems)
    {
        var (cert, key, ca) = (Text("--node-cert", certPath, problems), Text("--node-key", keyPath, problems), Text("--node-ca", caPath, problems));
        if (cert is null || key is null || ca is null || Authorities(ca, caPath, problems) is not { } authorities)
        {
            return null;
        }

        if (Certificate(cert, certPath, key, keyPath, problems) is not { } certificate)
        {
            return null;
        }

        var identity = new NodeIdentity(certificate, authorities);
        if (WhyUseless(certificate, identity, caPath) is { } why)
        {
            problems.Add($"--node-cert: {certPath} {why}");
            certificate.Dispose();
            return null;
        }

        return identity;
    }

    private static X509Certificate2? Certificate(string cert, string certPath, string key, string keyPath, Problems problems)
    {
        X509Certificate2 alone;
        try
        {
            alone = X509Certificate2.CreateFromPem(cert);
        }
        catch (CryptographicException)
        {
            problems.Add($"--node-cert: {certPath} holds no certificate; give a PEM file that begins with the node's own");
            return null;
        }

        using (alone)
        {
            if (alone.GetKeyAlgorithm() is not (Rsa or EllipticCurve))
            {
                problems.Add($"--node-cert: the key of {certPath} is neither RSA nor ECDSA; nodes support only these");
                return null;
            }
        }

        try
        {
            return X509Certificate2.CreateFromPem(cert, key);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            problems.Add($"--node-key: {keyPath} is not the private key of {certPath}; give the unencrypted PEM key that belongs to it");
            return null;
        }
    }

    private static X509Certificate2Collection? Authorities(string ca, string caPath, Problems problems)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(ca);
        }
        catch (CryptographicException)
        {
            // What cannot be read is as good as not there.
            authorities.Clear();
        }

        if (authorities.Count > 0)
        {
            return authorities;
        }

        problems.Add($"--node-ca: {caPath} holds no certificate; give the PEM file of the authority that signs the nodes' certificates");
        return null;
    }

    private static string? WhyUseless(X509Certificate2 certificate, NodeIdentity identity, string caPath)
    {
        var now = DateTime.Now;
        return now > certificate.NotAfter
            ? $"expired on {certificate.NotAfter.ToUniversalTime():u}; have a new one issued"
            : now < certificate.NotBefore
                ? $"is not valid before {certificate.NotBefore.ToUniversalTime():u}; look at the clock, or have a new one issued"
                : identity.WhyRefused() is { } reason
                    ? $"would be refused by other nodes: it {reason}; give as --node-ca, now {caPath}, the authority that signed it, its root included"
                    : null;
    }

    private static string? Text(string flag, string path, Problems problems)
    {
        try
        {
            if (new FileInfo(path).Length <= LargestBytes)
            {
                return File.ReadAllText(path);
            }

            problems.Add($"{flag}: {path} is too large for a PEM file; check that it is the right one");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{flag}: {path} cannot be read: {error.Message.TrimEnd('.')}; check the file's permissions");
        }

        return null;
    }
}
