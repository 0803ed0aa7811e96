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
using LoadGen.Tls.Fast.Tls13;
using LoadGen.Tls.Offers;

namespace LoadGen.ConformanceShim;

/// <summary>The connections of one case, one after another on one machine of the engine.</summary>
internal sealed class ShimClient : IDisposable
{
    private const byte Inversion = 0xff;
    private const int MostRecordBytes = 1 << 15;

    // Of a ServerHello at the start of a record: behind the header of the record, that of the message, and the version.
    private const int RandomAt = 5 + 4 + 2;
    private const int RandomEnd = RandomAt + ClientHello.RandomBytes;

    // All that the engine has, as BoringSSL's shim offers all that BoringSSL has.
    private static readonly IReadOnlyList<string> AllSuites = [.. FastEngine.Capabilities.CipherSuites.Order(StringComparer.Ordinal)];

    private static readonly IReadOnlyList<string> Tls13Suites = [.. SuiteParts.All.Select(parts => parts.Suite.Name())];

    private static readonly byte[] FirstWrite = "hello"u8.ToArray();

    // decompression_failure, which no client of today sends.
    private static readonly byte[] FatalAlert = [2, 30];

    private readonly SlotChecks _checks = new();
    private readonly Handshake _handshake;
    private readonly FastMachine _machine;
    private readonly byte[] _buffer = new byte[MostRecordBytes];
    private readonly byte[] _serverHello = new byte[RandomEnd];
    private readonly Exporter? _exporter;
    private readonly ShimClock _clock = new();
    private FastOffer? _offer;

    /// <param name="exports">Whether keying material is wanted.</param>
    public ShimClient(bool exports)
    {
        _exporter = exports ? new Exporter() : null;
        _handshake = new Handshake(new KeyShares(_checks), _checks, new CertificateStore<ServerKey>(ServerKey.Of), new NegotiatedPool(), _exporter?.Log);
        _machine = new FastMachine(_handshake) { OnData = Echo };
    }

    /// <summary>Makes a connection.</summary>
    /// <param name="flags">What is asked of it.</param>
    /// <param name="retried">What is expected of it if its early data is rejected.</param>
    /// <exception cref="ExpectationException">It failed, or went another way than the case says.</exception>
    /// <exception cref="UnimplementedException">The case asks for what the engine has not.</exception>
    public void Run(ShimFlags flags, ShimFlags retried)
    {
        var isFirst = _offer is null;
        var (target, profile, identities) = Plan(flags);
        var verifiers = CertificateVerifier.ForEachName(target, new Limits().RsaBits);
        using var socket = Dial(flags);
        try
        {
            _checks.Begin(profile.Checks);
            var neutral = new Offer(target, profile);
            var name = neutral.Names[0];
            _offer = NewOffer(neutral, identities);
            _machine.Prepare(_offer, verifiers);
            _machine.Begin();
            var last = Talk(socket, flags, retried, isFirst);
            CheckTicket(last, _offer.PoolOf(name));
            _clock.Delay += flags.Delay;
        }
        finally
        {
            _machine.End();
            Array.ForEach(verifiers, verifier => verifier.Dispose());
            Drain(socket);
        }
    }

    public void Dispose()
    {
        _machine.End();
        _exporter?.Dispose();
    }

    // An offer keeps the sessions that came by it.
    private FastOffer NewOffer(Offer neutral, IReadOnlyList<ClientCertificate> identities)
    {
        var offer = new FastOffer(neutral, identities, _clock);
        if (_offer?.PoolOf(neutral.Names[0]).Take() is not { } session)
        {
            return offer;
        }

        if (session.Session.IsSingleUse)
        {
            offer.PoolOf(neutral.Names[0]).Return(session);
        }
        else
        {
            offer.PoolOf(neutral.Names[0]).Keep(session.Session);
        }

        return offer;
    }

    private static (Target Target, Profile Profile, IReadOnlyList<ClientCertificate> Identities) Plan(ShimFlags flags)
    {
        TlsVersion[] versions = [.. FastEngine.Capabilities.TlsVersions.Where(version => flags.Allows(version)).OrderDescending()];
        if (versions.Length == 0)
        {
            throw new UnimplementedException("TLS 1.1 and older");
        }

        if (flags.Groups.Find(group => !KeyAgreement.Supports(group)) is var unknown and not 0)
        {
            throw new UnimplementedException($"the group {unknown.Name()}");
        }

        if (flags.SignatureSchemes.Find(scheme => !FastOffer.SupportedSchemes.Contains(scheme)) is var other and not 0)
        {
            throw new UnimplementedException($"the signature scheme {other.Name()}");
        }

        var identities = IdentitiesOf(flags);
        var profile = new Profile
        {
            Name = "shim",
            TlsVersions = versions,
            CipherSuites = [.. AllSuites.Where(suite => versions.Contains(TlsVersion.Tls12) || Tls13Suites.Contains(suite))],
            Groups = [.. flags.Groups.Select(group => group.Name())],
            SignatureSchemes = [.. flags.SignatureSchemes.Select(scheme => scheme.Name())],
            Alpn = flags.Protocols,
            Ocsp = flags.AsksForStaple,
            Identities = [.. identities.Select(identity => identity.Identity)],

            // As BoringSSL's shim, which always keeps sessions.
            Resume = 1,
            EarlyData = flags is { SendsEarlyData: true, WritesFirst: true } ? new EarlyData.File(Convert.ToBase64String(FirstWrite)) : null,
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
        return (target, profile, [.. identities.Select(identity => identity.Certificate)]);
    }

    private static (ClientIdentity Identity, ClientCertificate Certificate)[] IdentitiesOf(ShimFlags flags)
    {
        if (flags is not { CertificateFile: { } chain, KeyFile: { } key })
        {
            return [];
        }

        var identity = new ClientIdentity(File.ReadAllText(chain), File.ReadAllText(key));
        var certificate = new ClientCertificate(identity);

        // As the engine refuses a plan with one.
        return certificate.Key.IsNative ? [(identity, certificate)] : throw new UnimplementedException($"client certificates of {certificate.Key.Schemes13[0].Name()}");
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

    // Returns what is asked of the connection as it went.
    private ShimFlags Talk(Socket socket, ShimFlags flags, ShimFlags retried, bool isFirst)
    {
        var isComplete = false;
        var received = 0;
        while (true)
        {
            if (!isComplete && _machine.Reached.HasFlag(Milestones.Complete))
            {
                isComplete = true;
                CheckEarlyData(flags);
                flags = _machine.Negotiated!.EarlyData == EarlyDataFate.Rejected ? retried : flags;
                CheckOutcome(flags, isResumption: !isFirst && flags.ExpectsResumption);
                WriteFirst(flags);
            }

            Send(socket);
            if (_machine.Fault is { } fault)
            {
                throw IsOfOlderVersion(fault)
                    ? new UnimplementedException("TLS 1.1 and older")
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

            if (received < RandomEnd)
            {
                _buffer.AsSpan(0, Math.Min(count, RandomEnd - received)).CopyTo(_serverHello.AsSpan(received));
                received += Math.Min(count, RandomEnd - received);
            }

            _machine.Offer(_buffer, count);
        }

        if (flags is { SendsCloseNotify: true, ShutsDown: false })
        {
            _machine.WriteCloseNotify();
            Send(socket);
        }

        return flags;
    }

    // A case is one of TLS 1.1 by what the runner answers, not by its flags.
    private bool IsOfOlderVersion(MachineFault fault)
        => fault is { Kind: FailureKind.AlertReceived, Alert: nameof(TlsAlert.protocol_version) } && !_machine.Reached.HasFlag(Milestones.ServerHello);

    private void WriteFirst(ShimFlags flags)
    {
        if (flags.ExportedBytes > 0)
        {
            _handshake.Write(TlsContent.application_data, _exporter!.Make(flags, _machine.Negotiated!, _serverHello.AsSpan(RandomAt)));
        }

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
        else if (flags.WritesFirst && _machine.Negotiated!.EarlyData != EarlyDataFate.Accepted)
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

    private void CheckOutcome(ShimFlags flags, bool isResumption)
    {
        var negotiated = _machine.Negotiated!;
        Expect("version", flags.ExpectedVersion, (int)negotiated.TlsVersion);
        Expect("suite", flags.ExpectedSuite is { } suite ? ((System.Net.Security.TlsCipherSuite)suite).Name() : null, negotiated.CipherSuite);
        Expect("HelloRetryRequest", flags.ExpectsRetry, negotiated.HelloRetryRequest);
        Expect("resumption", isResumption, negotiated.Resumed);
        Expect("application protocol", flags.ExpectedProtocol, negotiated.Alpn ?? "");
        if (negotiated.Resumed)
        {
            // What the first connection negotiated is not told again.
            return;
        }

        Expect("group", flags.ExpectedGroup?.Name(), negotiated.Group);
        Expect("signature scheme", flags.ExpectedScheme?.Name(), negotiated.SignatureScheme);
        Expect("stapled OCSP response", flags.ExpectsStaple ? true : null, negotiated.OcspStapled ?? false);
        if (flags.ExpectedCertificateFile is { } file)
        {
            using var certificate = X509CertificateLoader.LoadCertificate(PemBytes(file));
            Expect("certificate", certificate.Subject, _machine.Certificate?.Subject);
        }
    }

    private void CheckEarlyData(ShimFlags flags)
    {
        Expect("early data", flags.ExpectedEarlyData, _machine.Negotiated!.EarlyData);
        if (flags.SendsNoEarlyData && _machine.Negotiated.EarlyData is not null)
        {
            throw new ExpectationException("early data was sent");
        }
    }

    private static void CheckTicket(ShimFlags flags, SessionPool pool)
    {
        var session = pool.Take();
        if (flags.ExpectsEarlyDataTicket && session?.Session is not Ticket { MostEarlyData: > 0 })
        {
            throw new ExpectationException("no ticket allows early data");
        }

        if (session is { } taken)
        {
            pool.Return(taken);
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

/// <summary>A clock that stands still but for what a case says passes, since the runner wants the ages of tickets exact.</summary>
internal sealed class ShimClock : TimeProvider
{
    public TimeSpan Delay { get; set; }

    public override long GetTimestamp() => (long)(Delay.TotalSeconds * TimestampFrequency);
}
