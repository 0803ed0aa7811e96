using System.Net;
using System.Net.Sockets;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace LoadGen.Tls.Tests.Certificates.Chains;

/// <summary>A TLS server in this process that sends any bytes as its certificates and signs with any key, in TLS 1.2 and 1.3.</summary>
internal sealed class ChainServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Task _serving;
    private readonly ChainKey _key;
    private readonly IReadOnlyList<byte[]> _chain;

    private ChainServer(ChainKey key, IReadOnlyList<byte[]> chain)
    {
        _key = key;
        _chain = chain;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(int.MaxValue);
        _serving = ServeAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    public static ChainServer Start(ChainKey key, IReadOnlyList<byte[]> chain) => new(key, chain);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            Socket connection;
            try
            {
                connection = await _listener.AcceptAsync();
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                return;
            }

            // BouncyCastle's stream form blocks its thread.
            _ = Task.Factory.StartNew(() => Serve(connection), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    private void Serve(Socket connection)
    {
        using var stream = new NetworkStream(connection, ownsSocket: true);
        try
        {
            var protocol = new TlsServerProtocol(stream);
            protocol.Accept(new Server(_key, _chain));
            protocol.Stream.CopyTo(Stream.Null);
            protocol.Close();
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The client refused the chain, or reset the connection: what the tests judge is the client.
        }
    }

    private sealed class Server(ChainKey key, IReadOnlyList<byte[]> chain) : DefaultTlsServer(new BcTlsCrypto())
    {
        protected override ProtocolVersion[] GetSupportedVersions() => ProtocolVersion.TLSv13.DownTo(ProtocolVersion.TLSv12);

        protected override int[] GetSupportedCipherSuites() =>
        [
            CipherSuite.TLS_AES_128_GCM_SHA256, CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        ];

        public override TlsCredentials? GetCredentials() => TlsUtilities.IsTlsV13(m_context) ? Credentials() : base.GetCredentials();

        protected override TlsCredentialedSigner GetECDsaSignerCredentials() => (TlsCredentialedSigner)Credentials();

        protected override TlsCredentialedSigner GetRsaSignerCredentials() => (TlsCredentialedSigner)Credentials();

        protected override bool SelectCipherSuite(int cipherSuite)
            => (TlsUtilities.IsTlsV13(m_context) || IsEcdsa(cipherSuite) != key.IsRsa) && base.SelectCipherSuite(cipherSuite);

        private static bool IsEcdsa(int suite) => suite == CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;

        private TlsCredentials Credentials()
        {
            var certificates = chain.Select(der => (TlsCertificate)new RawCertificate(der));
            return key.Credentials(m_context, TlsUtilities.IsTlsV13(m_context)
                ? new Certificate([], [.. certificates.Select(each => new CertificateEntry(each, null))])
                : new Certificate([.. certificates]));
        }
    }

    /// <summary>Bytes that are sent as they are.</summary>
    private sealed class RawCertificate(byte[] encoding) : TlsCertificate
    {
        public BigInteger SerialNumber => throw new NotSupportedException();

        // For the channel binding, which nothing asks for.
        public string SigAlgOid => "";

        public byte[] GetEncoded() => encoding;

        public TlsEncryptor CreateEncryptor(int tlsCertificateRole) => throw new NotSupportedException();

        public TlsVerifier CreateVerifier(short signatureAlgorithm) => throw new NotSupportedException();

        public Tls13Verifier CreateVerifier(int signatureScheme) => throw new NotSupportedException();

        public byte[] GetExtension(DerObjectIdentifier extensionOid) => throw new NotSupportedException();

        public Asn1Encodable? GetSigAlgParams() => null;

        public short GetLegacySignatureAlgorithm() => throw new NotSupportedException();

        public bool SupportsSignatureAlgorithm(short signatureAlgorithm) => throw new NotSupportedException();

        public bool SupportsSignatureAlgorithmCA(short signatureAlgorithm) => throw new NotSupportedException();

        public TlsCertificate CheckUsageInRole(int tlsCertificateRole) => throw new NotSupportedException();
    }
}
