using System.Buffers.Binary;
using LoadGen.Tls.Certificates;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast;

/// <summary>The client's answer to a CertificateRequest (RFC 8446 sections 4.4.2 and 4.4.3; RFC 5246 sections 7.4.6 and 7.4.8), for one handshake after another.</summary>
internal sealed class ClientAuthentication
{
    // ClientCertificateType (RFC 5246 section 7.4.4, RFC 8422 section 5.5).
    private const byte RsaSign = 1;
    private const byte EcdsaSign = 64;

    // SignatureAlgorithm.ecdsa, the low byte of a scheme (RFC 5246 section 7.4.1.4.1).
    private const int Ecdsa = 3;

    private ClientCertificate? _certificate;
    private TlsSignatureScheme _scheme;

    /// <summary>Whether the server asked for a certificate.</summary>
    public bool IsRequested { get; private set; }

    /// <summary>Whether one is sent; otherwise the list of certificates is empty.</summary>
    public bool HasCertificate => _certificate is not null;

    /// <summary>Begins a handshake.</summary>
    public void Reset() => (IsRequested, _certificate) = (false, null);

    /// <summary>The server asked for a certificate in TLS 1.3.</summary>
    /// <param name="certificate">The one to show; <see langword="null"/> if there is none.</param>
    /// <param name="schemes">The signature schemes that the server accepts, two bytes each, in its order.</param>
    public void Request(ClientCertificate? certificate, ReadOnlySpan<byte> schemes) => Choose(certificate, certificate?.Key.Schemes13 ?? [], schemes);

    /// <summary>The server asked for a certificate in TLS 1.2.</summary>
    /// <param name="certificate">The one to show; <see langword="null"/> if there is none.</param>
    /// <param name="types">The types of keys that the server accepts, one byte each.</param>
    /// <param name="schemes">The signature schemes that the server accepts, two bytes each, in its order.</param>
    public void Request12(ClientCertificate? certificate, ReadOnlySpan<byte> types, ReadOnlySpan<byte> schemes)
    {
        var ours = certificate?.Key.Schemes12 ?? [];
        var isAccepted = ours.Count > 0 && types.Contains(((int)ours[0] & 0xff) == Ecdsa ? EcdsaSign : RsaSign);
        Choose(isAccepted ? certificate : null, ours, schemes);
    }

    /// <summary>Writes Certificate, which may be empty.</summary>
    /// <param name="flight">Where to.</param>
    /// <param name="withExtensions">Whether it has a context and extensions, as in TLS 1.3.</param>
    public void WriteCertificate(ref PooledBytes flight, bool withExtensions)
    {
        var start = flight.Count;
        flight.Append((byte)TlsMessage.certificate);
        flight.AppendU24(0);
        if (withExtensions)
        {
            flight.Append(0);
        }

        var list = flight.Count;
        flight.AppendU24(0);
        foreach (var encoding in _certificate?.Chain ?? [])
        {
            flight.AppendU24(encoding.Length);
            flight.Append(encoding);
            if (withExtensions)
            {
                flight.AppendU16(0);
            }
        }

        flight.SetU24(start + 1, flight.Count - start - 4);
        flight.SetU24(list, flight.Count - list - 3);
    }

    /// <summary>Writes CertificateVerify of TLS 1.2; only where there is a certificate.</summary>
    /// <param name="flight">Where to.</param>
    /// <param name="messages">All messages to our ClientKeyExchange.</param>
    public void WriteVerify12(ref PooledBytes flight, ReadOnlySpan<byte> messages) => WriteSignature(ref flight, messages);

    /// <summary>Writes CertificateVerify of TLS 1.3; only where there is a certificate.</summary>
    /// <param name="flight">Where to.</param>
    /// <param name="transcript">The hash of all messages to our Certificate.</param>
    public void WriteVerify(ref PooledBytes flight, ReadOnlySpan<byte> transcript)
    {
        Span<byte> room = stackalloc byte[CertificateVerifyContent.MostBytes];
        WriteSignature(ref flight, CertificateVerifyContent.OfClient(transcript, room));
    }

    private void Choose(ClientCertificate? certificate, IReadOnlyList<TlsSignatureScheme> ours, ReadOnlySpan<byte> schemes)
    {
        IsRequested = true;
        for (; certificate is not null && !schemes.IsEmpty; schemes = schemes[2..])
        {
            _scheme = (TlsSignatureScheme)BinaryPrimitives.ReadUInt16BigEndian(schemes);
            if (ours.Contains(_scheme))
            {
                _certificate = certificate;
                return;
            }
        }
    }

    private void WriteSignature(ref PooledBytes flight, ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[Hashing.MostBytes];
        Hashing.Hash(_scheme.Hash(), content, hash);
        var signature = _certificate!.Key.SignHash(_scheme, hash[.._scheme.Hash().Bytes()]);
        flight.Append((byte)TlsMessage.certificate_verify);
        flight.AppendU24(signature.Length + 4);
        flight.AppendU16((int)_scheme);
        flight.AppendU16(signature.Length);
        flight.Append(signature);
    }
}
