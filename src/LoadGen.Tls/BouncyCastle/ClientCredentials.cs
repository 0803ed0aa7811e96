using LoadGen.Core.Handshakes;
using LoadGen.Tls.Certificates;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Offers;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>A client certificate in BouncyCastle's types, ready to sign. Safe for concurrent use.</summary>
internal sealed class ClientCredentials
{
    private readonly TlsCertificate[] _chain;
    private readonly SigningKey _key;
    private readonly AsymmetricKeyParameter _managedKey;
    private readonly NativeSigner _signer;

    /// <exception cref="ArgumentException">BouncyCastle cannot use the key.</exception>
    public ClientCredentials(ClientCertificate certificate)
    {
        var crypto = new BcTlsCrypto();
        _key = certificate.Key;
        _signer = new NativeSigner(_key);
        try
        {
            _chain = [.. certificate.Chain.Select(encoding => new ParsedCertificate(crypto, encoding))];
            _managedKey = PrivateKeyFactory.CreateKey(_key.Pkcs8);
        }
        catch (Exception error) when (error is IOException or GeneralSecurityException)
        {
            throw ClientCertificate.Unusable(error);
        }
    }

    /// <summary>Credentials that answer a server's request; <see langword="null"/> if it accepts no signature that this key can make.</summary>
    public TlsCredentials? For(CertificateRequest request, TlsContext context)
    {
        var version = (TlsVersion)context.ServerVersion.FullVersion;
        SignatureAndHashAlgorithm? algorithm = null;
        if (version >= TlsVersion.Tls12)
        {
            var schemes = version == TlsVersion.Tls13 ? _key.Schemes13 : _key.Schemes12;
            algorithm = (request.SupportedSignatureAlgorithms ?? []).FirstOrDefault(each => schemes.Contains((TlsSignatureScheme)SignatureScheme.From(each)));
            if (algorithm is null)
            {
                return null;
            }
        }
        else if (!_key.IsNative)
        {
            // Before TLS 1.2 there are only RSA and ECDSA.
            return null;
        }

        var certificate = version == TlsVersion.Tls13
            ? new Certificate(request.GetCertificateRequestContext(), [.. _chain.Select(each => new CertificateEntry(each, null))])
            : new Certificate(_chain);
        var parameters = new TlsCryptoParameters(context);
        return algorithm is not null && _key.IsNative && context.Crypto is NativeTlsCrypto
            ? new DefaultTlsCredentialedSigner(parameters, _signer, certificate, algorithm)
            : new BcDefaultTlsCredentialedSigner(parameters, (BcTlsCrypto)context.Crypto, _managedKey, certificate, algorithm);
    }

    private sealed class NativeSigner(SigningKey key) : TlsSigner
    {
        public byte[] GenerateRawSignature(SignatureAndHashAlgorithm algorithm, byte[] hash)
            => key.SignHash((TlsSignatureScheme)SignatureScheme.From(algorithm), hash);

        public TlsStreamSigner? GetStreamSigner(SignatureAndHashAlgorithm algorithm) => null;
    }
}
