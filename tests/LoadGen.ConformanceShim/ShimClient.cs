using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LoadGen.Core;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls;
using LoadGen.Tls.Certificates;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Fast;
using LoadGen.Tls.Offers;

namespace LoadGen.ConformanceShim;

/// <summary>The connections of one case, one after another on one machine of the engine.</summary>
internal sealed class ShimClient : IDisposable
{
    private const byte Inversion = 0xff;
    private const int MostRecordBytes = 1 << 15;

    private static readonly byte[] FirstWrite = "hello"u8.ToArray();

    // decompression_failure, which no client of today sends.
    private static readonly byte[] FatalAlert = [2, 30];

    private readonly SlotChecks _checks = new();
    private readonly Handshake _handshake;
    private readonly FastMachine _machine;
    private readonly byte[] _buffer = new byte[MostRecordBytes];

    public ShimClient()
    {
        _handshake = new Handshake(new KeyShares(_checks), _checks, new CertificateStore<ServerKey>(ServerKey.Of), new NegotiatedPool(), null);
        _machine = new FastMachine(_handshake) { OnData = Echo };
    }

    /// <summary>Makes a connection.</summary>
    /// <exception cref="ExpectationException">It failed, or went another way than the case says.</exception>
    /// <exception cref="UnimplementedException">The case asks for what the engine has not.</exception>
    public void Run(ShimFlags flags)
    {
        var (target, profile, identities) = Plan(flags);
        var verifiers = CertificateVerifier.ForEachName(target, new Limits().RsaBits);
        using var socket = Dial(flags);
        try
        {
            _checks.Begin(profile.Checks);
            _machine.Prepare(new FastOffer(new Offer(target, profile), identities), verifiers);
            _machine.Begin();
            Talk(socket, flags);
        }
        finally
        {
            _machine.End();
            Array.ForEach(verifiers, verifier => verifier.Dispose());
            Drain(socket);
        }
    }

    public void Dispose() => _machine.End();

    private static (Target Target, Profile Profile, IReadOnlyList<ClientCertificate> Identities) Plan(ShimFlags flags)
    {
        if (flags.ResumeCount > 0)
        {
            throw new UnimplementedException("resumption");
        }

        if (flags.MaxVersion < ShimVersions.Tls13)
        {
            throw new UnimplementedException("TLS 1.2 and older");
        }

        if (flags.Groups.Find(group => !KeyAgreement.Supports(group)) is var unknown and not 0)
        {
            throw new UnimplementedException($"the group {unknown.Name()}");
        }

        var profile = new Profile
        {
            Name = "shim",
            TlsVersions = [TlsVersion.Tls13],
            Groups = [.. flags.Groups.Select(group => group.Name())],
            SignatureSchemes = [.. flags.SignatureSchemes.Select(scheme => scheme.Name())],
            Alpn = flags.Protocols,
            Ocsp = flags.AsksForStaple,
        };
        var target = new Target
        {
            Name = "runner",
            Host = "localhost",
            Port = flags.Port,
            ServerName = flags.HostName is "" ? "localhost" : flags.HostName,
            Sni = flags.HostName is "" ? "" : null,

            // No system trusts the runner's certificates.
            Trust = flags is { ChecksCertificate: true, RefusesCertificate: true } ? Trust.System : Trust.Insecure,
        };
        return (target, profile, IdentitiesOf(flags));
    }

    private static IReadOnlyList<ClientCertificate> IdentitiesOf(ShimFlags flags)
    {
        if (flags is not { CertificateFile: { } chain, KeyFile: { } key })
        {
            return [];
        }

        var certificate = new ClientCertificate(new ClientIdentity(File.ReadAllText(chain), File.ReadAllText(key)));

        // As the engine refuses a plan with one.
        return certificate.Key.IsNative ? [certificate] : throw new UnimplementedException($"client certificates of {certificate.Key.Schemes13[0].Name()}");
    }

    // The runner tells its cases apart by the number that each connection begins with.
    private static Socket Dial(ShimFlags flags)
    {
        var address = flags.IsIPv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(address, flags.Port);
        Span<byte> id = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(id, flags.ShimId);
        socket.Send(id);
        return socket;
    }

    private void Talk(Socket socket, ShimFlags flags)
    {
        var isComplete = false;
        while (true)
        {
            if (!isComplete && _machine.Reached.HasFlag(Milestones.Complete))
            {
                isComplete = true;
                CheckOutcome(flags);
                WriteFirst(flags);
            }

            Send(socket);
            if (_machine.Fault is { } fault)
            {
                throw IsOfOlderVersion(fault)
                    ? new UnimplementedException("TLS 1.2 and older")
                    : new ExpectationException($":{fault.Alert ?? fault.Kind.Name()}: ({fault.Kind.Name()}) {fault.Detail}");
            }

            if (isComplete && (_machine.IsClosed || flags.SendsAlert || flags is { ShutsDown: true, SendsCloseNotify: false }))
            {
                break;
            }

            var count = socket.Receive(_buffer);
            if (count == 0)
            {
                if (!isComplete)
                {
                    throw new ExpectationException($":closed_early: the server closed the connection before {_handshake.State.Awaited}");
                }

                if (flags is { ShutsDown: true, SendsCloseNotify: true })
                {
                    throw new ExpectationException(":closed_early: the server did not answer close_notify");
                }

                break;
            }

            _machine.Offer(_buffer, count);
        }

        if (flags is { SendsCloseNotify: true, ShutsDown: false })
        {
            _machine.WriteCloseNotify();
            Send(socket);
        }
    }

    // A case is one of TLS 1.2 by what the runner answers to an offer of TLS 1.3 alone, not by its flags.
    private bool IsOfOlderVersion(MachineFault fault) => !_handshake.WasRetried && fault switch
    {
        { Kind: FailureKind.AlertReceived } => !_machine.Reached.HasFlag(Milestones.ServerHello)
            && fault.Alert is nameof(TlsAlert.protocol_version) or nameof(TlsAlert.handshake_failure) or nameof(TlsAlert.inappropriate_fallback),
        _ => fault.Alert is nameof(TlsAlert.protocol_version),
    };

    private void WriteFirst(ShimFlags flags)
    {
        if (flags.SendsAlert)
        {
            _handshake.Write(TlsContent.alert, FatalAlert);
        }
        else if (flags.WritesAllSizes)
        {
            // As in BoringSSL's shim: around the limits of records.
            foreach (var size in (int[])[0, 1, 255, 256, 257, 16383, 16384, 16385, 32767, 32768, 32769])
            {
                if (size > 0)
                {
                    _handshake.Write(TlsContent.application_data, Enumerable.Repeat((byte)'B', size).ToArray());
                }
            }
        }
        else if (flags.WritesFirst)
        {
            _handshake.Write(TlsContent.application_data, FirstWrite);
        }

        if (flags is { ShutsDown: true, SendsCloseNotify: true })
        {
            _machine.WriteCloseNotify();
        }
    }

    private void Echo(ReadOnlySpan<byte> content)
    {
        var answer = content.ToArray();
        for (var i = 0; i < answer.Length; i++)
        {
            answer[i] ^= Inversion;
        }

        if (answer.Length > 0)
        {
            _handshake.Write(TlsContent.application_data, answer);
        }
    }

    private void CheckOutcome(ShimFlags flags)
    {
        var negotiated = _machine.Negotiated!;
        Expect("version", flags.ExpectedVersion, ShimVersions.Tls13);
        Expect("group", flags.ExpectedGroup?.Name(), negotiated.Group);
        Expect("signature scheme", flags.ExpectedScheme?.Name(), negotiated.SignatureScheme);
        Expect("suite", flags.ExpectedSuite is { } suite ? ((System.Net.Security.TlsCipherSuite)suite).Name() : null, negotiated.CipherSuite);
        Expect("HelloRetryRequest", flags.ExpectsRetry, negotiated.HelloRetryRequest);
        Expect("application protocol", flags.ExpectedProtocol, negotiated.Alpn ?? "");
        Expect("stapled OCSP response", flags.ExpectsStaple ? true : null, negotiated.OcspStapled ?? false);
        if (flags.ExpectedCertificateFile is { } file)
        {
            using var certificate = X509CertificateLoader.LoadCertificate(PemBytes(file));
            Expect("certificate", certificate.Subject, _machine.Certificate?.Subject);
        }
    }

    private static void Expect(string what, object? expected, object? actual)
    {
        if (expected is not null && !expected.Equals(actual))
        {
            throw new ExpectationException($"{what}: {actual}, not {expected}");
        }
    }

    private static byte[] PemBytes(string file) => Encoding.ASCII.GetBytes(File.ReadAllText(file));

    private void Send(Socket socket)
    {
        for (int count; (count = _machine.TakeOutput(_buffer)) > 0;)
        {
            socket.Send(_buffer.AsSpan(0, count));
        }
    }

    // Closing with bytes unread would reset the connection, and take our alert from the runner.
    private void Drain(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
            while (socket.Receive(_buffer) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // The runner was first: nothing is left to be lost.
        }
    }
}
