using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Misc;
using Org.BouncyCastle.Asn1.Nist;
using Org.BouncyCastle.Asn1.Pkcs;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.OpenSsl;
using Org.BouncyCastle.Pkcs;
using Org.BouncyCastle.Security;
using PemObject = Org.BouncyCastle.Utilities.IO.Pem.PemObject;
using PemReader = Org.BouncyCastle.Utilities.IO.Pem.PemReader;
using PemWriter = Org.BouncyCastle.Utilities.IO.Pem.PemWriter;

namespace LoadGen.Core.Plans.Reading;

/// <summary>
/// Brings private keys of all forms that OpenSSL writes into one: PKCS #8 (RFC 5958), not encrypted. .NET reads neither keys that are
/// encrypted as PEM once was (RFC 1421), nor scrypt, nor RC2 and RC4 where OpenSSL 3 has none; BouncyCastle does.
/// </summary>
internal static class PrivateKeys
{
    /// <summary>The first private key in a file, in PEM or DER.</summary>
    /// <exception cref="CryptographicException">There is none, or it is broken.</exception>
    /// <exception cref="KeyPasswordException">The password is missing or wrong.</exception>
    public static byte[] ToPkcs8(byte[] file, string? password)
    {
        var text = Encoding.UTF8.GetString(file);
        var pkcs8 = IsPem(text)
            ? BlocksOf(text, password).FirstOrDefault(block => block.Pkcs8 is not null).Pkcs8
            : OfBlock(new PemObject(LabelOf(file), file), password);
        return pkcs8 ?? throw new CryptographicException("there is no private key with it");
    }

    /// <summary>The certificates and private keys of a PEM text in their order, one of the two in each.</summary>
    /// <exception cref="CryptographicException">A block is broken.</exception>
    /// <exception cref="KeyPasswordException">The password is missing or wrong.</exception>
    public static IEnumerable<(byte[]? Certificate, byte[]? Pkcs8)> BlocksOf(string text, string? password)
    {
        using var reader = new PemReader(new StringReader(text));
        while (ReadBlock(reader) is { } block)
        {
            if (IsCertificate(block))
            {
                yield return (block.Content, null);
            }
            else if (OfBlock(block, password) is { } pkcs8)
            {
                yield return (null, pkcs8);
            }
        }
    }

    /// <summary>The certificates of a PEM text, whatever keys are with them.</summary>
    /// <exception cref="CryptographicException">A block is broken.</exception>
    public static IEnumerable<byte[]> CertificatesOf(string text)
    {
        using var reader = new PemReader(new StringReader(text));
        while (ReadBlock(reader) is { } block)
        {
            if (IsCertificate(block))
            {
                yield return block.Content;
            }
        }
    }

    /// <summary>Whether a text holds anything in PEM.</summary>
    public static bool IsPem(string text) => text.Contains("-----BEGIN", StringComparison.Ordinal);

    /// <summary>The first private key of a PKCS #12 file (RFC 7292), and its certificates, its own first.</summary>
    /// <exception cref="CryptographicException">There is none, or the file is broken.</exception>
    /// <exception cref="KeyPasswordException">The password is missing or wrong.</exception>
    public static (byte[] Pkcs8, IReadOnlyList<byte[]> Chain) OfPkcs12(byte[] file, string? password)
    {
        var store = Load(file, password);
        return store.Aliases.FirstOrDefault(store.IsKeyEntry) is { } alias && store.GetCertificateChain(alias) is { Length: > 0 } chain
            ? (Pkcs8Of(store.GetKey(alias).Key, chain[0].Certificate), [.. chain.Select(entry => entry.Certificate.GetEncoded())])
            : throw new CryptographicException("it holds no private key with its certificate");
    }

    /// <summary>Refuses a key that is not the certificate's; kinds of keys that are not known here are left to the engine.</summary>
    public static void RequireMatch(X509Certificate2 certificate, byte[] pkcs8)
    {
        if (PublicKeyOf(pkcs8) is { } key && !key.AsSpan().SequenceEqual(certificate.PublicKey.EncodedKeyValue.RawData))
        {
            throw new CryptographicException("the private key belongs to another certificate");
        }
    }

    private static Pkcs12Store Load(byte[] file, string? password)
    {
        try
        {
            var store = new Pkcs12StoreBuilder().Build();
            store.Load(new MemoryStream(file), password?.ToCharArray() ?? (IsProtected(file) ? [] : null));
            return store;
        }
        catch (IOException error) when (password is not null && error.Message.Contains("does not require", StringComparison.Ordinal))
        {
            // As in openssl, a password too many does no harm.
            return Load(file, null);
        }
        catch (IOException error) when (error.Message.Contains("password", StringComparison.Ordinal))
        {
            throw KeyPasswordException.For(password, "it", error);
        }
        catch (Exception error) when (error is IOException or ArgumentException or GeneralSecurityException or CryptoException or InvalidOperationException)
        {
            throw new CryptographicException($"it is neither PEM, DER nor PKCS #12: {error.Message}", error);
        }
    }

    // Without a MAC BouncyCastle takes no password, not even an empty one, for what is not encrypted.
    private static bool IsProtected(byte[] file) => Pfx.GetInstance(file).MacData is not null;

    // In the first version, which everything reads. A key for RSA-PSS alone is one by its certificate.
    private static byte[] Pkcs8Of(AsymmetricKeyParameter key, Org.BouncyCastle.X509.X509Certificate certificate)
    {
        var info = PrivateKeyInfoFactory.CreatePrivateKeyInfo(key);
        var algorithm = key is RsaKeyParameters ? certificate.SubjectPublicKeyInfo.Algorithm : info.PrivateKeyAlgorithm;
        return new PrivateKeyInfo(algorithm, info.ParsePrivateKey()).GetDerEncoded();
    }

    private static bool IsCertificate(PemObject block) => block.Type is "CERTIFICATE" or "X509 CERTIFICATE";

    private static PemObject? ReadBlock(PemReader reader)
    {
        try
        {
            return reader.ReadPemObject();
        }
        catch (Exception error) when (error is IOException or ArgumentException or FormatException)
        {
            throw new CryptographicException($"broken PEM: {error.Message}", error);
        }
    }

    // Null for what is no private key.
    private static byte[]? OfBlock(PemObject block, string? password) => block.Type switch
    {
        "PRIVATE KEY" => block.Content,
        "ENCRYPTED PRIVATE KEY" => Decrypt(block.Content, password),
        "RSA PRIVATE KEY" or "EC PRIVATE KEY" when block.Headers.Any(header => header.Name == "DEK-Info") => DecryptTraditional(block, password),
        "RSA PRIVATE KEY" => Convert(RSA.Create(), rsa => rsa.ImportRSAPrivateKey(block.Content, out _), rsa => rsa.ExportPkcs8PrivateKey()),
        "EC PRIVATE KEY" => Convert(ECDsa.Create(), ec => ec.ImportECPrivateKey(block.Content, out _), ec => ec.ExportPkcs8PrivateKey()),
        _ => null,
    };

    private static byte[] Convert<T>(T key, Action<T> import, Func<T, byte[]> export)
        where T : AsymmetricAlgorithm
    {
        using (key)
        {
            import(key);
            return export(key);
        }
    }

    private static byte[] Decrypt(byte[] encrypted, string? password)
    {
        var given = password ?? throw KeyPasswordException.Missing("its key");
        try
        {
            var info = EncryptedPrivateKeyInfo.GetInstance(encrypted);
            return ScryptOf(info) is { } scrypt
                ? PrivateKeyInfo.GetInstance(Decrypt(info, scrypt, given)).GetDerEncoded()
                : PrivateKeyInfoFactory.CreatePrivateKeyInfo(given.ToCharArray(), info).GetDerEncoded();
        }
        catch (SecurityUtilityException error)
        {
            throw new CryptographicException($"its key is encrypted by an algorithm that is not known: {error.Message}", error);
        }
        catch (Exception error) when (IsOfWrongPassword(error))
        {
            throw KeyPasswordException.Wrong("its key", error);
        }
    }

    private static PbeS2Parameters? ScryptOf(EncryptedPrivateKeyInfo info)
        => info.EncryptionAlgorithm.Algorithm.Equals(PkcsObjectIdentifiers.IdPbeS2)
            && PbeS2Parameters.GetInstance(info.EncryptionAlgorithm.Parameters) is var parameters
            && parameters.KeyDerivationFunc.Algorithm.Equals(MiscObjectIdentifiers.id_scrypt)
                ? parameters
                : null;

    // RFC 7914 section 7: PBES2 with scrypt, which BouncyCastle has both of, but not together.
    private static byte[] Decrypt(EncryptedPrivateKeyInfo info, PbeS2Parameters parameters, string password)
    {
        var cost = ScryptParams.GetInstance(parameters.KeyDerivationFunc.Parameters);
        var cipherId = parameters.EncryptionScheme.Algorithm;
        var key = SCrypt.Generate(
            Encoding.UTF8.GetBytes(password),
            cost.Salt.GetOctets(),
            cost.CostParameter.IntValueExact,
            cost.BlockSize.IntValueExact,
            cost.ParallelizationParameter.IntValueExact,
            KeyBytesOf(cipherId));
        var cipher = CipherUtilities.GetCipher(cipherId);
        cipher.Init(false, ParameterUtilities.GetCipherParameters(cipherId, new KeyParameter(key), parameters.EncryptionScheme.Parameters.ToAsn1Object()));
        return cipher.DoFinal(info.GetEncryptedData());
    }

    private static int KeyBytesOf(DerObjectIdentifier cipher)
        => cipher.Equals(NistObjectIdentifiers.IdAes128Cbc) ? 16
            : cipher.Equals(NistObjectIdentifiers.IdAes192Cbc) || cipher.Equals(PkcsObjectIdentifiers.DesEde3Cbc) ? 24
            : cipher.Equals(NistObjectIdentifiers.IdAes256Cbc) ? 32
            : throw new SecurityUtilityException($"the cipher {cipher} with scrypt");

    // "Proc-Type: 4,ENCRYPTED" with a DEK-Info (RFC 1421 section 4.6), as OpenSSL wrote before PKCS #8.
    private static byte[] DecryptTraditional(PemObject block, string? password)
    {
        var given = password ?? throw KeyPasswordException.Missing("its key");
        using var text = new StringWriter();
        new PemWriter(text).WriteObject(block);
        try
        {
            using var reader = new Org.BouncyCastle.OpenSsl.PemReader(new StringReader(text.ToString()), new Password(given));
            return PrivateKeyInfoFactory.CreatePrivateKeyInfo(((AsymmetricCipherKeyPair)reader.ReadObject()).Private).GetDerEncoded();
        }
        catch (Exception error) when (IsOfWrongPassword(error))
        {
            throw KeyPasswordException.Wrong("its key", error);
        }
    }

    // What decryption by a wrong password comes to: bad padding, or bytes that are no key.
    private static bool IsOfWrongPassword(Exception error)
        => error is CryptoException or IOException or ArgumentException or InvalidCastException or ArithmeticException or InvalidOperationException;

    // The label that a key would have in PEM, by its first fields (RFC 5958 section 2, RFC 8017 appendix A.1.2, RFC 5915 section 3).
    private static string LabelOf(byte[] der)
    {
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
            if (outer.PeekTag() == Asn1Tag.Sequence)
            {
                return "ENCRYPTED PRIVATE KEY";
            }

            outer.ReadInteger();
            var second = outer.PeekTag();
            return second == Asn1Tag.Sequence ? "PRIVATE KEY" : second == Asn1Tag.Integer ? "RSA PRIVATE KEY" : "EC PRIVATE KEY";
        }
        catch (AsnContentException error)
        {
            throw new CryptographicException("it is neither PEM nor a key in DER", error);
        }
    }

    // The subjectPublicKey that goes with a private key.
    private static byte[]? PublicKeyOf(byte[] pkcs8)
    {
        try
        {
            var info = PrivateKeyInfo.GetInstance(pkcs8);
            var algorithm = info.PrivateKeyAlgorithm.Algorithm;
            if (algorithm.Equals(PkcsObjectIdentifiers.RsaEncryption) || algorithm.Equals(PkcsObjectIdentifiers.IdRsassaPss))
            {
                var rsa = Org.BouncyCastle.Asn1.Pkcs.RsaPrivateKeyStructure.GetInstance(info.ParsePrivateKey());
                return new RsaPublicKeyStructure(rsa.Modulus, rsa.PublicExponent).GetDerEncoded();
            }

            return PrivateKeyFactory.CreateKey(info) switch
            {
                Ed25519PrivateKeyParameters key => key.GeneratePublicKey().GetEncoded(),
                Ed448PrivateKeyParameters key => key.GeneratePublicKey().GetEncoded(),
                ECPrivateKeyParameters => Convert(ECDsa.Create(), ec => ec.ImportPkcs8PrivateKey(pkcs8, out _), PointOf),
                _ => null,
            };
        }
        catch (Exception error) when (error is IOException or ArgumentException or GeneralSecurityException or InvalidCastException or InvalidOperationException)
        {
            throw new CryptographicException($"its key is broken: {error.Message}", error);
        }
    }

    private static byte[] PointOf(ECDsa key)
        => SubjectPublicKeyInfo.GetInstance(key.ExportSubjectPublicKeyInfo()).PublicKey.GetBytes();

    private sealed class Password(string text) : IPasswordFinder
    {
        public char[] GetPassword() => text.ToCharArray();
    }
}

/// <summary>A key could not be decrypted for want of the right password.</summary>
internal sealed class KeyPasswordException : CryptographicException
{
    private KeyPasswordException(string message, Exception? cause)
        : base(message, cause)
    {
    }

    public static KeyPasswordException Missing(string what) => new($"{what} is encrypted and no password is given", null);

    public static KeyPasswordException Wrong(string what, Exception cause) => new($"{what} is encrypted and the password is wrong", cause);

    public static KeyPasswordException For(string? password, string what, Exception cause) => password is null ? Missing(what) : Wrong(what, cause);
}
