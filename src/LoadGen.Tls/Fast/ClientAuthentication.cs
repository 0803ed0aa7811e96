using System.Buffers.Binary;
using LoadGen.Tls.Certificates;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast;

/// <summary>The client's answer to a CertificateRequest (RFC 8446 sections 4.4.2 and 4.4.3), for one handshake after another.</summary>
internal sealed class ClientAuthentication
{
    private ClientCertificate? _certificate;
    private TlsSignatureScheme _scheme;

    /// <summary>Whether the server asked for a certificate.</summary>
    public bool IsRequested { get; private set; }

    /// <summary>Whether one is sent; otherwise the list of certificates is empty.</summary>
    public bool HasCertificate => _certificate is not null;

    /// <summary>Begins a handshake.</summary>
    public void Reset() => (IsRequested, _certificate) = (false, null);

    /// <summary>The server asked for a certificate.</summary>
    /// <param name="certificate">The one to show; <see langword="null"/> if there is none.</param>
    /// <param name="schemes">The signature schemes that the server accepts, two bytes each, in its order.</param>
    public void Request(ClientCertificate? certificate, ReadOnlySpan<byte> schemes)
    {
        IsRequested = true;
        for (; certificate is not null && !schemes.IsEmpty; schemes = schemes[2..])
        {
            _scheme = (TlsSignatureScheme)BinaryPrimitives.ReadUInt16BigEndian(schemes);
            if (certificate.Key.Schemes13.Contains(_scheme))
            {
                _certificate = certificate;
                return;
            }
        }
    }

    /// <summary>Writes Certificate, which may be empty.</summary>
    public void WriteCertificate(ref PooledBytes flight)
    {
        var start = flight.Count;
        flight.Append((byte)TlsMessage.certificate);
        flight.AppendU24(0);
        flight.Append(0);
        flight.AppendU24(0);
        foreach (var encoding in _certificate?.Chain ?? [])
        {
            flight.AppendU24(encoding.Length);
            flight.Append(encoding);
            flight.AppendU16(0);
        }

        flight.SetU24(start + 1, flight.Count - start - 4);
        flight.SetU24(start + 5, flight.Count - start - 8);
    }

    /// <summary>Writes CertificateVerify; only where there is a certificate.</summary>
    /// <param name="flight">Where to.</param>
    /// <param name="transcript">The hash of all messages to our Certificate.</param>
    public void WriteVerify(ref PooledBytes flight, ReadOnlySpan<byte> transcript)
    {
        Span<byte> room = stackalloc byte[CertificateVerifyContent.MostBytes];
        Span<byte> hash = stackalloc byte[Hashing.MostBytes];
        Hashing.Hash(_scheme.Hash(), CertificateVerifyContent.OfClient(transcript, room), hash);
        var signature = _certificate!.Key.SignHash(_scheme, hash[.._scheme.Hash().Bytes()]);
        flight.Append((byte)TlsMessage.certificate_verify);
        flight.AppendU24(signature.Length + 4);
        flight.AppendU16((int)_scheme);
        flight.AppendU16(signature.Length);
        flight.Append(signature);
    }
}
