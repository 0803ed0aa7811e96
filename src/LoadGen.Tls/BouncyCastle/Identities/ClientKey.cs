using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LoadGen.Core.Plans;
using LoadGen.Tls.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;
using CertificateRequest = Org.BouncyCastle.Tls.CertificateRequest;

namespace LoadGen.Tls.BouncyCastle.Identities;

/// <summary>One client certificate with its key, ready to sign.</summary>
internal sealed class ClientKey
{
    private readonly TlsCertificate[] _chain;
    private readonly AsymmetricKeyParameter _key;
    private readonly ClientSigner? _signer;
    private readonly short _signatureAlgorithm;
    private readonly int[] _schemes;

    /// <exception cref="ArgumentException">The certificate or the key cannot be used.</exception>
    public ClientKey(ClientIdentity identity)
    {
        var crypto = new BcTlsCrypto();
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(identity.CertificatePem);
            _chain = [.. certificates.Select(certificate => new ParsedCertificate(crypto, certificate.RawData))];
            var pkcs8 = Convert.FromBase64String(PemBody(identity.KeyPem));
            _key = PrivateKeyFactory.CreateKey(pkcs8);
            (_signatureAlgorithm, _schemes) = SchemesOf(_key);
            _signer = ClientSigner.Of(pkcs8, _signatureAlgorithm);
        }
        catch (Exception error) when (error is CryptographicException or IOException or FormatException or SecurityUtilityException)
        {
            throw new ArgumentException($"a client certificate cannot be used: {error.Message}", nameof(identity), error);
        }
        finally
        {
            foreach (var certificate in certificates)
            {
                certificate.Dispose();
            }
        }
    }

    /// <summary>Credentials that answer a server's request; <see langword="null"/> if it takes no signature that this key can make.</summary>
    public TlsCredentials? CredentialsFor(CertificateRequest request, TlsContext context)
    {
        var is13 = TlsUtilities.IsTlsV13(context);
        SignatureAndHashAlgorithm? algorithm = null;
        if (TlsUtilities.IsTlsV12(context) || is13)
        {
            algorithm = (request.SupportedSignatureAlgorithms ?? [])
                .FirstOrDefault(each => _schemes.Contains(SignatureScheme.From(each)) && (!is13 || Fits13(SignatureScheme.From(each))));
            if (algorithm is null)
            {
                return null;
            }
        }
        else if (_signatureAlgorithm is not (SignatureAlgorithm.rsa or SignatureAlgorithm.ecdsa))
        {
            return null;
        }

        var certificate = is13
            ? new Certificate(request.GetCertificateRequestContext(), [.. _chain.Select(each => new CertificateEntry(each, null))])
            : new Certificate(_chain);
        var parameters = new TlsCryptoParameters(context);
        return _signer is not null && ClientSigner.Signs(algorithm) && context.Crypto is NativeTlsCrypto
            ? new DefaultTlsCredentialedSigner(parameters, _signer, certificate, algorithm)
            : new BcDefaultTlsCredentialedSigner(parameters, (BcTlsCrypto)context.Crypto, _key, certificate, algorithm);
    }

    // RFC 8446 section 4.2.3: PKCS #1 v1.5 signs certificates only, and each curve has its hash.
    private bool Fits13(int scheme) => _signatureAlgorithm switch
    {
        SignatureAlgorithm.rsa => SignatureScheme.IsRsaPss(scheme),
        SignatureAlgorithm.ecdsa => scheme == (((ECPrivateKeyParameters)_key).Parameters.Curve.FieldSize switch
        {
            256 => SignatureScheme.ecdsa_secp256r1_sha256,
            384 => SignatureScheme.ecdsa_secp384r1_sha384,
            _ => SignatureScheme.ecdsa_secp521r1_sha512,
        }),
        _ => true,
    };

    private static (short Algorithm, int[] Schemes) SchemesOf(AsymmetricKeyParameter key) => key switch
    {
        RsaKeyParameters => (SignatureAlgorithm.rsa,
        [
            SignatureScheme.rsa_pss_rsae_sha256, SignatureScheme.rsa_pss_rsae_sha384, SignatureScheme.rsa_pss_rsae_sha512,
            SignatureScheme.rsa_pkcs1_sha256, SignatureScheme.rsa_pkcs1_sha384, SignatureScheme.rsa_pkcs1_sha512,
        ]),
        ECPrivateKeyParameters => (SignatureAlgorithm.ecdsa,
            [SignatureScheme.ecdsa_secp256r1_sha256, SignatureScheme.ecdsa_secp384r1_sha384, SignatureScheme.ecdsa_secp521r1_sha512]),
        Ed25519PrivateKeyParameters => (SignatureAlgorithm.ed25519, [SignatureScheme.ed25519]),
        Ed448PrivateKeyParameters => (SignatureAlgorithm.ed448, [SignatureScheme.ed448]),
        _ => throw new SecurityUtilityException($"a key of the kind {key.GetType().Name} makes no signatures in TLS"),
    };

    private static string PemBody(string pem)
        => PemEncoding.TryFind(pem, out var fields) ? pem[fields.Base64Data] : throw new CryptographicException("there is no private key");
}
