using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace LoadGen.Tls.Crypto;

/// <summary>
/// A key by libcrypto. .NET brings each key into OpenSSL's newer form anew and has a peer's point multiplied by the order of
/// the curve, which costs twice the agreement; on a curve of cofactor 1 being on the curve is enough (NIST SP 800-56A section
/// 5.6.2.3.4), and that is checked.
/// </summary>
internal sealed unsafe class LibCryptoEcdhKey : EcdhKey
{
    private static readonly ConcurrentDictionary<int, ConcurrentBag<nint>> Generators = new();

    private readonly int _secretBytes;
    private nint _key;

    /// <exception cref="CryptographicException">libcrypto made no key.</exception>
    public LibCryptoEcdhKey(NistCurve curve)
    {
        _secretBytes = curve.CoordinateBytes;
        var idle = Generators.GetOrAdd(curve.Nid, static _ => []);
        var generator = idle.TryTake(out var used) ? used : CreateGenerator(curve.Nid);
        nint key = 0;
        Require(LibCrypto.EVP_PKEY_keygen(generator, &key) == 1);
        idle.Add(generator);
        _key = key;
        PublicPoint = ReadPoint(key);
    }

    ~LibCryptoEcdhKey() => Free();

    public override byte[] PublicPoint { get; }

    public override void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    public override byte[]? Derive(byte[] peerPoint)
    {
        var secret = new byte[_secretBytes];
        var length = (nuint)secret.Length;
        var peer = LibCrypto.EVP_PKEY_new();
        nint context = 0;
        try
        {
            fixed (byte* point = peerPoint, output = secret)
            {
                Require(LibCrypto.EVP_PKEY_copy_parameters(peer, _key) == 1);
                if (LibCrypto.EVP_PKEY_set1_encoded_public_key(peer, point, (nuint)peerPoint.Length) != 1)
                {
                    LibCrypto.ERR_clear_error();
                    return null;
                }

                context = LibCrypto.EVP_PKEY_CTX_new(_key, 0);
                Require(LibCrypto.EVP_PKEY_derive_init(context) == 1);
                Require(LibCrypto.EVP_PKEY_derive_set_peer_ex(context, peer, validate: 0) == 1);
                Require(LibCrypto.EVP_PKEY_derive(context, output, &length) == 1 && length == (nuint)secret.Length);
                return secret;
            }
        }
        finally
        {
            LibCrypto.EVP_PKEY_CTX_free(context);
            LibCrypto.EVP_PKEY_free(peer);
        }
    }

    private static nint CreateGenerator(int nid)
    {
        var generator = LibCrypto.EVP_PKEY_CTX_new_id(LibCrypto.EvpPKeyEc, 0);
        Require(generator != 0
            && LibCrypto.EVP_PKEY_keygen_init(generator) == 1
            && LibCrypto.EVP_PKEY_CTX_set_ec_paramgen_curve_nid(generator, nid) == 1);
        return generator;
    }

    private static byte[] ReadPoint(nint key)
    {
        byte* encoding = null;
        var length = LibCrypto.EVP_PKEY_get1_encoded_public_key(key, &encoding);
        Require(length > 0);
        var point = new Span<byte>(encoding, (int)length).ToArray();
        LibCrypto.CRYPTO_free(encoding, null, 0);
        return point;
    }

    private static void Require(bool succeeded)
    {
        if (!succeeded)
        {
            LibCrypto.ERR_clear_error();
            throw new CryptographicException("libcrypto's ECDH failed");
        }
    }

    private void Free() => LibCrypto.EVP_PKEY_free(Interlocked.Exchange(ref _key, 0));
}
