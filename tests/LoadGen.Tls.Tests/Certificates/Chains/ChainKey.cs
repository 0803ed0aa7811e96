using System.Security.Cryptography;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Pkcs;
using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Operators.Utilities;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;
using Org.BouncyCastle.X509;

namespace LoadGen.Tls.Tests.Certificates.Chains;

/// <summary>A key of any kind: it signs certificates, and handshakes as a server.</summary>
internal sealed class ChainKey
{
    private static readonly SecureRandom Random = new();

    private readonly AsymmetricKeyParameter? _private;
    private readonly ManyPrimesRsa? _manyPrimes;

    private ChainKey(AsymmetricCipherKeyPair pair, string signature, int scheme)
        : this(SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(pair.Public), signature, scheme) => _private = pair.Private;

    private ChainKey(SubjectPublicKeyInfo info, string signature, int scheme)
    {
        Info = info.GetDerEncoded();
        Signature = signature;
        Scheme = scheme;
    }

    private ChainKey(AsymmetricKeyParameter key, SubjectPublicKeyInfo info, string signature, int scheme)
        : this(info, signature, scheme) => _private = key;

    private ChainKey(ManyPrimesRsa key)
        : this(new SubjectPublicKeyInfo(RsaEncryption, new RsaPublicKeyStructure(key.Modulus, ManyPrimesRsa.Exponent)), "", SignatureScheme.rsa_pss_rsae_sha256)
        => _manyPrimes = key;

    /// <summary>SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7).</summary>
    public byte[] Info { get; }

    /// <summary>How it signs certificates, by BouncyCastle's name.</summary>
    public string Signature { get; }

    /// <summary>Whether it is an RSA key, of either kind.</summary>
    public bool IsRsa => _manyPrimes is not null || Signature.Contains("RSA", StringComparison.Ordinal);

    /// <summary>How it signs handshakes.</summary>
    public int Scheme { get; }

    private static AlgorithmIdentifier RsaEncryption => new(PkcsObjectIdentifiers.RsaEncryption, DerNull.Instance);

    /// <summary>Up to 2048 bits an RSA key of two primes; larger ones are of many, which are found in no time. No client sees the difference.</summary>
    public static ChainKey Rsa(int bits)
    {
        if (bits > 2048)
        {
            return new ChainKey(ManyPrimesRsa.OfBits(bits));
        }

        var generator = new RsaKeyPairGenerator();
        generator.Init(new RsaKeyGenerationParameters(ManyPrimesRsa.Exponent, Random, bits, 25));
        return new ChainKey(generator.GenerateKeyPair(), "SHA256withRSA", SignatureScheme.rsa_pss_rsae_sha256);
    }

    /// <summary>An RSA key for PSS alone (RFC 4055 section 1.2).</summary>
    public static ChainKey RsaPss()
    {
        var generator = new RsaKeyPairGenerator();
        generator.Init(new RsaKeyGenerationParameters(ManyPrimesRsa.Exponent, Random, 2048, 25));
        var pair = generator.GenerateKeyPair();
        var info = SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(pair.Public);
        return new ChainKey(
            pair.Private,
            new SubjectPublicKeyInfo(new AlgorithmIdentifier(PkcsObjectIdentifiers.IdRsassaPss), info.ParsePublicKey()),
            "SHA256withRSAandMGF1",
            SignatureScheme.rsa_pss_pss_sha256);
    }

    public static ChainKey P256() => Ec(SecObjectIdentifiers.SecP256r1, "SHA256withECDSA", SignatureScheme.ecdsa_secp256r1_sha256);

    public static ChainKey P384() => Ec(SecObjectIdentifiers.SecP384r1, "SHA384withECDSA", SignatureScheme.ecdsa_secp384r1_sha384);

    public static ChainKey P521() => Ec(SecObjectIdentifiers.SecP521r1, "SHA512withECDSA", SignatureScheme.ecdsa_secp521r1_sha512);

    public static ChainKey Ed25519()
    {
        var generator = new Ed25519KeyPairGenerator();
        generator.Init(new Ed25519KeyGenerationParameters(Random));
        return new ChainKey(generator.GenerateKeyPair(), "Ed25519", SignatureScheme.ed25519);
    }

    public static ChainKey Ed448()
    {
        var generator = new Ed448KeyPairGenerator();
        generator.Init(new Ed448KeyGenerationParameters(Random));
        return new ChainKey(generator.GenerateKeyPair(), "Ed448", SignatureScheme.ed448);
    }

    /// <summary>Signs the inner part of a certificate.</summary>
    /// <param name="content">The DER of TBSCertificate.</param>
    /// <param name="algorithm">The signature's name; its own if <see langword="null"/>.</param>
    public byte[] Sign(byte[] content, string? algorithm)
    {
        var signer = SignerUtilities.InitSigner(algorithm ?? Signature, forSigning: true, _private!, Random);
        signer.BlockUpdate(content, 0, content.Length);
        return signer.GenerateSignature();
    }

    /// <summary>The AlgorithmIdentifier of such a signature.</summary>
    public static byte[] AlgorithmOf(string signature) => DefaultSignatureAlgorithmFinder.Instance.Find(signature).GetDerEncoded();

    /// <summary>What signs a server's handshake with this key.</summary>
    public TlsCredentials Credentials(TlsContext context, Certificate certificate)
    {
        var parameters = new TlsCryptoParameters(context);
        var algorithm = SignatureScheme.GetSignatureAndHashAlgorithm(Scheme);
        return _manyPrimes is { } many
            ? new DefaultTlsCredentialedSigner(parameters, new ManyPrimesSigner(many), certificate, algorithm)
            : new BcDefaultTlsCredentialedSigner(parameters, (BcTlsCrypto)context.Crypto, _private!, certificate, algorithm);
    }

    private static ChainKey Ec(DerObjectIdentifier curve, string signature, int scheme)
    {
        var generator = new ECKeyPairGenerator();
        generator.Init(new ECKeyGenerationParameters(curve, Random));
        return new ChainKey(generator.GenerateKeyPair(), signature, scheme);
    }

    private sealed class ManyPrimesSigner(ManyPrimesRsa key) : TlsSigner
    {
        public byte[] GenerateRawSignature(SignatureAndHashAlgorithm algorithm, byte[] hash) => key.SignPss(hash);

        public TlsStreamSigner? GetStreamSigner(SignatureAndHashAlgorithm algorithm) => null;
    }
}

/// <summary>RSA with as many primes of 512 bits as it takes (RFC 8017 section 3.2), one power each: keys of any size are made and used in no time.</summary>
internal sealed class ManyPrimesRsa
{
    private const int PrimeBits = 512;

    private readonly BigInteger[] _primes;
    private readonly BigInteger[] _exponents;
    private readonly BigInteger[] _products;
    private readonly BigInteger[] _inverses;

    private ManyPrimesRsa(BigInteger[] primes)
    {
        _primes = primes;
        Modulus = primes.Aggregate((all, prime) => all.Multiply(prime));
        // Of all the primes before each.
        _products = [.. primes.Select((_, i) => primes.Take(i).Aggregate(BigInteger.One, (all, prime) => all.Multiply(prime)))];
        _inverses = [.. primes.Select((prime, i) => _products[i].ModInverse(prime))];
        _exponents = [.. primes.Select(prime => Exponent.ModInverse(prime.Subtract(BigInteger.One)))];
    }

    public static BigInteger Exponent { get; } = BigInteger.ValueOf(65537);

    public BigInteger Modulus { get; }

    public static ManyPrimesRsa OfBits(int bits)
    {
        var primes = new BigInteger[bits / PrimeBits];
        while (true)
        {
            for (var i = 0; i < primes.Length; i++)
            {
                primes[i] = Prime();
            }

            var key = new ManyPrimesRsa(primes);
            if (key.Modulus.BitLength == bits)
            {
                return key;
            }
        }
    }

    /// <summary>A signature by PSS with SHA-256 (RFC 8017 section 9.1.1).</summary>
    public byte[] SignPss(byte[] hash)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(hash.Length);
        byte[] digest = SHA256.HashData([.. new byte[8], .. hash, .. salt]);
        byte[] block = [.. new byte[(Modulus.BitLength / 8) - (2 * hash.Length) - 2], 1, .. salt];
        for (var (at, counter) = (0, 0u); at < block.Length; at += hash.Length, counter++)
        {
            var mask = SHA256.HashData([.. digest, (byte)(counter >> 24), (byte)(counter >> 16), (byte)(counter >> 8), (byte)counter]);
            for (var i = 0; i < hash.Length && at + i < block.Length; i++)
            {
                block[at + i] ^= mask[i];
            }
        }

        block[0] &= 0x7f;
        return Power([.. block, .. digest, 0xbc]);
    }

    private byte[] Power(byte[] block)
    {
        // Garner's way through the Chinese remainder theorem.
        var message = new BigInteger(1, block);
        var result = BigInteger.Zero;
        for (var i = 0; i < _primes.Length; i++)
        {
            var remainder = message.Mod(_primes[i]).ModPow(_exponents[i], _primes[i]);
            var step = remainder.Subtract(result).Multiply(_inverses[i]).Mod(_primes[i]);
            result = result.Add(_products[i].Multiply(step));
        }

        var bytes = result.ToByteArrayUnsigned();
        return [.. new byte[(Modulus.BitLength / 8) - bytes.Length], .. bytes];
    }

    // The highest bits are set, so that the product has all its bits.
    private static BigInteger Prime()
    {
        var random = new SecureRandom();
        while (true)
        {
            var bytes = new byte[PrimeBits / 8];
            random.NextBytes(bytes);
            bytes[0] = bytes[1] = 0xff;
            bytes[^1] |= 1;
            var candidate = new BigInteger(1, bytes);
            while (!candidate.IsProbablePrime(20) || candidate.Mod(Exponent).Equals(BigInteger.One))
            {
                candidate = candidate.Add(BigInteger.Two);
            }

            return candidate;
        }
    }
}
