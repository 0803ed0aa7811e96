using System.Collections.Concurrent;
using System.Security.Cryptography;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Crypto;

/// <summary>A curve of NIST SP 800-186.</summary>
/// <param name="Nid">OpenSSL's number for it.</param>
/// <param name="CoordinateBytes">The length of a coordinate in bytes.</param>
/// <param name="Curve">.NET's name for it.</param>
internal sealed record NistCurve(int Nid, int CoordinateBytes, ECCurve Curve)
{
    public static NistCurve P256 { get; } = new(415, 32, ECCurve.NamedCurves.nistP256);

    public static NistCurve P384 { get; } = new(715, 48, ECCurve.NamedCurves.nistP384);

    public static NistCurve P521 { get; } = new(716, 66, ECCurve.NamedCurves.nistP521);

    /// <summary>The length of an uncompressed point in bytes (SEC 1 section 2.3.3).</summary>
    public int PointBytes => 1 + (2 * CoordinateBytes);

    /// <summary>The curve of a group.</summary>
    public static NistCurve Of(TlsGroup group) => group switch
    {
        TlsGroup.secp256r1 => P256,
        TlsGroup.secp384r1 => P384,
        TlsGroup.secp521r1 => P521,
        _ => throw new ArgumentOutOfRangeException(nameof(group), group, null),
    };
}

/// <summary>ECDH on a NIST curve (SEC 1), by libcrypto where it is available and by .NET elsewhere.</summary>
internal abstract class NistAgreement(NistCurve curve) : KeyAgreement
{
    // SEC 1 section 2.3.3: this byte, then both coordinates. TLS 1.3 has no other form (RFC 8446 section 4.2.8.2).
    protected const byte Uncompressed = 4;

    public sealed override int SecretBytes => curve.CoordinateBytes;

    public static NistAgreement Create(NistCurve curve) => LibCrypto.IsAvailable ? new LibCryptoAgreement(curve) : new PlatformAgreement(curve);

    public sealed override bool IsWellFormed(ReadOnlySpan<byte> peerShare)
        => peerShare.Length == curve.PointBytes && peerShare[0] == Uncompressed;

    public sealed override bool TryAgree(ReadOnlySpan<byte> peerShare, Span<byte> secret)
        => IsWellFormed(peerShare) && TryDerive(peerShare, secret[..curve.CoordinateBytes]);

    /// <summary>Computes the x coordinate of the shared point, if the peer's point is on the curve.</summary>
    protected abstract bool TryDerive(ReadOnlySpan<byte> peerPoint, Span<byte> secret);
}

/// <summary>
/// ECDH by libcrypto. .NET converts each key into OpenSSL's newer form and has the peer's point multiplied by the order of the
/// curve, which costs twice the agreement; on a curve of cofactor 1 it is enough that the point is on the curve (NIST SP 800-56A
/// section 5.6.2.3.4), and that is checked here.
/// </summary>
internal sealed unsafe class LibCryptoAgreement : NistAgreement
{
    private static readonly ConcurrentDictionary<int, ConcurrentBag<EvpContextHandle>> Generators = new();

    private readonly EvpKeyHandle _key;
    private readonly byte[] _share;

    /// <exception cref="CryptographicException">libcrypto made no key.</exception>
    public LibCryptoAgreement(NistCurve curve)
        : this(curve, Generate(curve.Nid))
    {
    }

    public LibCryptoAgreement(NistCurve curve, EvpKeyHandle key)
        : base(curve)
    {
        _key = key;
        _share = ReadPoint(key);
    }

    public override ReadOnlySpan<byte> Share => _share;

    public override void Dispose() => _key.Dispose();

    protected override bool TryDerive(ReadOnlySpan<byte> peerPoint, Span<byte> secret)
    {
        using var peer = LibCrypto.EVP_PKEY_new();
        Require(LibCrypto.EVP_PKEY_copy_parameters(peer, _key) == 1);
        if (LibCrypto.EVP_PKEY_set1_encoded_public_key(peer, peerPoint, (nuint)peerPoint.Length) != 1)
        {
            LibCrypto.ERR_clear_error();
            return false;
        }

        using var context = LibCrypto.EVP_PKEY_CTX_new(_key, 0);
        var length = (nuint)secret.Length;
        Require(LibCrypto.EVP_PKEY_derive_init(context) == 1);
        Require(LibCrypto.EVP_PKEY_derive_set_peer_ex(context, peer, validate: 0) == 1);
        Require(LibCrypto.EVP_PKEY_derive(context, secret, ref length) == 1 && length == (nuint)secret.Length);
        return true;
    }

    private static EvpKeyHandle Generate(int nid)
    {
        var idle = Generators.GetOrAdd(nid, static _ => []);
        var generator = idle.TryTake(out var used) ? used : CreateGenerator(nid);
        nint key = 0;
        Require(LibCrypto.EVP_PKEY_keygen(generator, ref key) == 1);
        idle.Add(generator);
        return new EvpKeyHandle(key);
    }

    private static EvpContextHandle CreateGenerator(int nid)
    {
        var generator = LibCrypto.EVP_PKEY_CTX_new_id(LibCrypto.EvpPKeyEc, 0);
        Require(!generator.IsInvalid
            && LibCrypto.EVP_PKEY_keygen_init(generator) == 1
            && LibCrypto.EVP_PKEY_CTX_set_ec_paramgen_curve_nid(generator, nid) == 1);
        return generator;
    }

    private static byte[] ReadPoint(EvpKeyHandle key)
    {
        var length = LibCrypto.EVP_PKEY_get1_encoded_public_key(key, out var encoding);
        Require(length > 0);
        var point = new ReadOnlySpan<byte>(encoding, (int)length).ToArray();
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
}

/// <summary>ECDH by .NET.</summary>
internal sealed class PlatformAgreement : NistAgreement
{
    private readonly NistCurve _curve;
    private readonly ECDiffieHellman _key;
    private readonly byte[] _share;

    public PlatformAgreement(NistCurve curve)
        : this(curve, ECDiffieHellman.Create(curve.Curve))
    {
    }

    public PlatformAgreement(NistCurve curve, ECDiffieHellman key)
        : base(curve)
    {
        _curve = curve;
        _key = key;
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        _share = [Uncompressed, .. point.X!, .. point.Y!];
    }

    public override ReadOnlySpan<byte> Share => _share;

    public override void Dispose() => _key.Dispose();

    protected override bool TryDerive(ReadOnlySpan<byte> peerPoint, Span<byte> secret)
    {
        var bytes = _curve.CoordinateBytes;
        try
        {
            using var peer = ECDiffieHellman.Create(new ECParameters
            {
                Curve = _curve.Curve,
                Q = new ECPoint { X = peerPoint.Slice(1, bytes).ToArray(), Y = peerPoint[(1 + bytes)..].ToArray() },
            });
            _key.DeriveRawSecretAgreement(peer.PublicKey).CopyTo(secret);
            return true;
        }
        catch (CryptographicException)
        {
            // The point is not on the curve.
            return false;
        }
    }
}
