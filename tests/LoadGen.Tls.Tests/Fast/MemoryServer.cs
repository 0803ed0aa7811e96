using System.Security.Cryptography.X509Certificates;
using LoadGen.Core.Plans;
using LoadGen.TestServers.Certificates;
using LoadGen.Tls.Certificates;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Fast;
using LoadGen.Tls.Offers;
using LoadGen.Tls.Tests.Hostile;

namespace LoadGen.Tls.Tests.Fast;

/// <summary>A machine of the engine and the server's side of its handshakes, without sockets.</summary>
internal sealed class MemoryServer : IDisposable
{
    private const int RecordHeader = 5;

    private readonly X509Certificate2 _certificate;
    private readonly CertificateVerifier[] _verifiers;
    private readonly FastOffer _offer;
    private readonly SlotChecks _checks = new();
    private readonly byte[] _buffer = new byte[20_000];

    public MemoryServer(TestAuthority authority, Profile? profile = null)
    {
        var files = authority.Good();
        _certificate = X509Certificate2.CreateFromPemFile(files.ChainPath, files.KeyPath);
        var target = new Target { Name = "t", Host = "localhost", Port = 443, ServerName = "localhost", Trust = new Trust.Authorities(authority.Pem) };
        _verifiers = CertificateVerifier.ForEachName(target, new Limits().RsaBits);
        _offer = new FastOffer(new Offer(target, profile ?? new Profile { Name = "p" }), [], TimeProvider.System);
        Machine = new FastMachine(new Handshake(new KeyShares(_checks), _checks, new CertificateStore<ServerKey>(ServerKey.Of), new NegotiatedPool(), null));
    }

    public FastMachine Machine { get; }

    /// <summary>Begins a handshake, and reads its ClientHello as the server.</summary>
    public RawTls13 Begin()
    {
        Machine.End();
        Machine.Prepare(_offer, _verifiers);
        Machine.Begin();
        var server = new RawTls13(null!, _certificate, CancellationToken.None);
        TakeClientHello(server);
        return server;
    }

    /// <summary>The client's records, in plain text or not.</summary>
    public IReadOnlyList<byte[]> TakeRecords()
    {
        var output = new List<byte>();
        for (int count; (count = Machine.TakeOutput(_buffer)) > 0;)
        {
            output.AddRange(_buffer.AsSpan(0, count));
        }

        var records = new List<byte[]>();
        for (var at = 0; at < output.Count; at += records[^1].Length)
        {
            var length = (output[at + 3] << 8) | output[at + 4];
            Assert.InRange(length, 1, (1 << 14) + 256);
            records.Add([.. output[at..(at + RecordHeader + length)]]);
        }

        return records;
    }

    /// <summary>Reads a ClientHello as the server, in as many records as it takes, behind a ChangeCipherSpec if there is one.</summary>
    public void TakeClientHello(RawTls13 server)
    {
        var hello = TakeRecords().Where(record => record[0] == RawTls13.Handshake).SelectMany(record => record.Skip(RecordHeader));
        server.TakeClientHello(hello.ToArray());
    }

    /// <summary>Offers bytes to the machine.</summary>
    public void Offer(ReadOnlySpan<byte> bytes)
    {
        var copy = bytes.ToArray();
        Machine.Offer(copy, copy.Length);
    }

    public void Dispose()
    {
        Machine.End();
        Array.ForEach(_verifiers, verifier => verifier.Dispose());
        _certificate.Dispose();
    }
}
