using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>Writes the secrets of one handshake to a key log, under the labels of draft-ietf-tls-keylogfile.</summary>
internal sealed class SessionSecrets(KeyLog log, TlsCrypto crypto)
{
    /// <summary>Those that protect a TLS 1.3 handshake; they are there from ServerHello to Finished.</summary>
    public void WriteOfHandshake(SecurityParameters parameters) => WritePair("HANDSHAKE_TRAFFIC_SECRET", parameters);

    /// <summary>Those that are there once the handshake is complete.</summary>
    public void WriteOfSession(SecurityParameters parameters)
    {
        if (parameters.NegotiatedVersion.IsEqualOrEarlierVersionOf(ProtocolVersion.TLSv12))
        {
            Write("CLIENT_RANDOM", parameters, parameters.MasterSecret);
            return;
        }

        WritePair("TRAFFIC_SECRET_0", parameters);
        Write("EXPORTER_SECRET", parameters, parameters.ExporterMasterSecret);
    }

    private void WritePair(string label, SecurityParameters parameters)
    {
        Write($"CLIENT_{label}", parameters, parameters.TrafficSecretClient);
        Write($"SERVER_{label}", parameters, parameters.TrafficSecretServer);
    }

    private void Write(string label, SecurityParameters parameters, TlsSecret? secret)
    {
        if (secret is not null)
        {
            // Extracting a secret destroys it; a copy may go.
            log.Write(label, parameters.ClientRandom, crypto.AdoptSecret(secret).Extract());
        }
    }
}
