using System.Security.Cryptography;

namespace LoadGen.Core.Plans.Reading;

/// <summary>The certificates and keys of a PEM file, brought together.</summary>
internal static class PemIdentities
{
    /// <summary>
    /// Each key with its certificates. The certificates of a file with one key all belong to it. In one with several, each key follows
    /// its certificates, or, where the file begins with a key, goes before them.
    /// </summary>
    /// <exception cref="CryptographicException">A block is broken, or a key has no certificate.</exception>
    /// <exception cref="KeyPasswordException">The password is missing or wrong.</exception>
    public static IReadOnlyList<(IReadOnlyList<byte[]> Certificates, byte[] Pkcs8)> Read(string text, string? password)
    {
        var blocks = PrivateKeys.BlocksOf(text, password).ToList();
        var keys = blocks.Count(block => block.Pkcs8 is not null);
        if (keys <= 1)
        {
            return [(
                [.. blocks.Where(block => block.Certificate is not null).Select(block => block.Certificate!)],
                blocks.FirstOrDefault(block => block.Pkcs8 is not null).Pkcs8 ?? throw new CryptographicException("there is no private key with it"))];
        }

        // Read backwards, a file whose keys go first is one whose keys follow.
        var keysFirst = blocks[0].Pkcs8 is not null;
        var identities = new List<(IReadOnlyList<byte[]> Certificates, byte[] Pkcs8)>();
        var certificates = new List<byte[]>();
        foreach (var (certificate, pkcs8) in keysFirst ? blocks.AsEnumerable().Reverse() : blocks)
        {
            if (certificate is not null)
            {
                certificates.Add(certificate);
            }
            else
            {
                if (certificates.Count == 0)
                {
                    throw new CryptographicException($"key {(keysFirst ? keys - identities.Count : identities.Count + 1)} of {keys} has no certificate");
                }

                identities.Add((keysFirst ? [.. certificates.AsEnumerable().Reverse()] : [.. certificates], pkcs8!));
                certificates.Clear();
            }
        }

        if (certificates.Count > 0)
        {
            throw new CryptographicException("the certificates at its end have no key after them");
        }

        if (keysFirst)
        {
            identities.Reverse();
        }

        return identities;
    }
}
