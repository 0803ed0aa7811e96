using System.Security.Cryptography.X509Certificates;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TestServers.Certificates;
using LoadGen.Tls.Certificates;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Fast;
using LoadGen.Tls.Offers;
using LoadGen.Tls.Tests.Hostile;

namespace LoadGen.Tls.Tests.Fuzz;

/// <summary>
/// Runs handshakes of the engine <c>fast</c> against servers of TLS 1.3 and TLS 1.2 that change what they send, without sockets, and judges each: it ends in one documented
/// outcome, throws nothing, writes little, and gives all of its buffers back. A case is the same again by its seed and number, but for the keys.
/// </summary>
internal sealed class FlightFuzzer : IDisposable
{
    // Two ClientHellos and a flight with a certificate are a fraction of it; 100 alerts and KeyUpdates are, too.
    private const int MostOutput = 64 * 1024;

    private static readonly Change[] AllChanges = Enum.GetValues<Change>();

    private readonly int _seed;
    private readonly X509Certificate2 _certificate;
    private readonly CertificateVerifier[][] _verifiers;
    private readonly (Profile Profile, FastOffer Offer)[] _offers;
    private readonly Target _target;
    private readonly SlotChecks _checks = new();
    private readonly FastMachine _machine;
    private readonly PoolBalance _balance = new();
    private readonly byte[] _output = new byte[20_000];
    private readonly List<byte> _written = [];

    public FlightFuzzer(TestAuthority authority, int seed)
    {
        _seed = seed;
        var files = authority.Good();
        _certificate = X509Certificate2.CreateFromPemFile(files.ChainPath, files.KeyPath);
        var target = new Target { Name = "t", Host = "localhost", Port = 443, ServerName = "localhost", Trust = new Trust.Authorities(authority.Pem) };

        // Without trust a changed certificate goes on to have its key read.
        _verifiers = [.. ((Target[])[target, target with { Trust = Trust.Insecure }]).Select(each => CertificateVerifier.ForEachName(each, new Limits().RsaBits))];
        var client = authority.Client();
        var identity = new ClientIdentity(File.ReadAllText(client.ChainPath), File.ReadAllText(client.KeyPath));
        Profile[] profiles =
        [
            new() { Name = "plain" },
            new() { Name = "asks", Alpn = ["h2", "http/1.1"], Ocsp = true },
            new() { Name = "retried", Groups = ["secp256r1", "x25519"] },
            new() { Name = "http", Confirm = Confirm.Http },
            new() { Name = "close", Confirm = Confirm.Close },
            new() { Name = "certificate", Identities = [identity] },
            new() { Name = "lean", Checks = Checks.Lean },
            new() { Name = "resumes", Resume = 1 },
        ];
        _target = target;
        _offers = [.. profiles.Select(profile => (profile, new FastOffer(new Offer(target, profile), profile.Identities.Count > 0 ? [new ClientCertificate(identity)] : [], TimeProvider.System)))];
        _machine = new FastMachine(new Handshake(new KeyShares(_checks), _checks, new CertificateStore<ServerKey>(ServerKey.Of), new NegotiatedPool(), null));
    }

    /// <summary>Runs a case.</summary>
    /// <param name="number">Which.</param>
    /// <returns>How the handshake ended: <c>completed</c>, <c>waits</c>, or the failure and its alert.</returns>
    /// <exception cref="FuzzFinding">The machine did what it must not.</exception>
    public string Run(long number)
    {
        var changer = new Changer(new Random(unchecked((int)((_seed * 1_000_003L) + number))));
        var changes = new HashSet<Change>();
        for (var i = changer.Next(8) switch { 0 => 0, < 6 => 1, _ => 2 }; i > 0; i--)
        {
            changes.Add(AllChanges[changer.Next(AllChanges.Length)]);
        }

        var what = $"seed {_seed}, case {number} ({string.Join(", ", changes.DefaultIfEmpty().Select(change => changes.Count == 0 ? "no change" : change.ToString()))})";
        var before = PoolBalance.OfThread;
        _written.Clear();
        try
        {
            Drive(changer, changes);
            Judge(changes.Count == 0);
        }
        catch (Exception error)
        {
            throw new FuzzFinding($"{what}: {error.Message}", error);
        }

        var (fault, isComplete) = (_machine.Fault, _machine.Reached.HasFlag(Milestones.Complete));
        _machine.End();
        return PoolBalance.OfThread != before
            ? throw new FuzzFinding($"{what}: {PoolBalance.OfThread - before} arrays of the pool were not returned")
            : fault is null ? (isComplete ? "completed" : "waits")
            : fault.Kind == FailureKind.AlertReceived ? $"{fault.Kind}"
            : $"{fault.Kind} {fault.Alert}";
    }

    public void Dispose()
    {
        _balance.Dispose();
        Array.ForEach(_verifiers, names => Array.ForEach(names, verifier => verifier.Dispose()));
        _certificate.Dispose();
    }

    private void Drive(Changer changer, HashSet<Change> changes)
    {
        var (profile, offer) = _offers[changer.Next(_offers.Length)];
        var verifiers = _verifiers[changer.Next(_verifiers.Length)];
        var isTls12 = profile.Confirm == Confirm.None && changer.OneIn(3);
        byte[] master = [];
        if (profile.Resume > 0)
        {
            // Sessions of another case would make this one another.
            offer = new FastOffer(new Offer(_target, profile), [], TimeProvider.System);
            Shake(changer, [], profile, offer, verifiers, isTls12, ref master);
            _machine.End();
            _written.Clear();
        }

        Shake(changer, changes, profile, offer, verifiers, isTls12, ref master);
    }

    private void Shake(Changer changer, HashSet<Change> changes, Profile profile, FastOffer offer, CertificateVerifier[] verifiers, bool isTls12, ref byte[] master)
    {
        _checks.Begin(profile.Checks);
        _machine.Prepare(offer, verifiers);
        _machine.Begin();
        var tls = new RawTls13(null!, _certificate, CancellationToken.None);
        var server = new FuzzedServer(tls, changer, changes);
        if (!TakeHello(tls))
        {
            throw new InvalidOperationException("there is no ClientHello");
        }

        if (isTls12)
        {
            Shake12(changer, tls, server, profile.Resume > 0, ref master);
        }
        else
        {
            Shake13(changer, changes, tls, server, profile);
        }
    }

    private void Shake12(Changer changer, RawTls13 tls, FuzzedServer server, bool givesTicket, ref byte[] master)
    {
        var raw = new RawTls12(tls);
        if (master.Length > 0)
        {
            Offer(server.Resume12(raw, master), changer);
            return;
        }

        Offer(server.Flight12(raw, givesTicket), changer);
        if (server.Answer12(raw, TakeRecords(), givesTicket) is { } answer)
        {
            master = raw.Master;
            Offer(answer, changer);
        }
    }

    private void Shake13(Changer changer, HashSet<Change> changes, RawTls13 tls, FuzzedServer server, Profile profile)
    {
        if (tls.ClientShare.Length == 0 || changer.OneIn(5) || changes.Contains(Change.HelloRetryRequest))
        {
            Offer(server.Retry(mayKeepShare: true), changer);
            if (!TakeHello(tls) || tls.ClientShare.Length == 0)
            {
                return;
            }
        }

        Offer(server.Flight(profile.Alpn.Count > 0 && changer.OneIn(2) ? profile.Alpn[0] : "", profile.Identities.Count > 0 || changer.OneIn(4)), changer);
        if (_machine.HasQuestion)
        {
            _machine.Ask();
        }

        if (_machine.Negotiated is not null)
        {
            Offer(server.Later(profile.Confirm == Confirm.Http), changer);
        }
    }

    private void Judge(bool isRight)
    {
        var fault = _machine.Fault;
        if (isRight && (fault is not null || !_machine.Reached.HasFlag(Milestones.Complete)))
        {
            throw new InvalidOperationException($"nothing was changed, and the handshake is not complete: {fault}");
        }

        if (_written.Count > MostOutput)
        {
            throw new InvalidOperationException($"{_written.Count} bytes were written");
        }

        var isDocumented = fault switch
        {
            null => true,
            { Side: not FaultSide.Server } or { Detail: "" } => false,
            { Kind: FailureKind.ClosedEarly } => fault.Alert is null,
            { Kind: FailureKind.UnexpectedStatus } => true,
            { Kind: FailureKind.AlertReceived or FailureKind.ProtocolError or (>= FailureKind.CertificateUntrusted and <= FailureKind.CertificateInvalid) } => true,
            _ => false,
        };
        if (!isDocumented)
        {
            throw new InvalidOperationException($"this is no outcome: {fault}");
        }
    }

    // In parts of any size, as a network may deliver them.
    private void Offer(byte[] bytes, Changer changer)
    {
        var most = changer.Next(4) switch { 0 => 5, 1 => 1_000, _ => int.MaxValue };
        for (var at = 0; at < bytes.Length;)
        {
            var fault = _machine.Fault;
            var count = Math.Min(bytes.Length - at, most == int.MaxValue ? most : 1 + changer.Next(most));
            var part = bytes[at..(at + count)];
            at += count;
            _machine.Offer(part, part.Length);
            if (fault is not null && _machine.Fault != fault)
            {
                throw new InvalidOperationException($"a second fault replaced the first: {fault}, {_machine.Fault}");
            }

            Drain();
        }
    }

    private void Drain()
    {
        for (int count; (count = _machine.TakeOutput(_output)) > 0;)
        {
            _written.AddRange(_output.AsSpan(0, count));
        }
    }

    // Those that were written since the last time.
    private List<byte[]> TakeRecords()
    {
        const int RecordHeader = 5;
        Drain();
        var records = new List<byte[]>();
        for (var at = 0; at < _written.Count; at += records[^1].Length)
        {
            records.Add([.. _written.GetRange(at, RecordHeader + ((_written[at + 3] << 8) | _written[at + 4]))]);
        }

        _written.Clear();
        return records;
    }

    private bool TakeHello(RawTls13 tls)
    {
        byte[] message = [.. TakeRecords().Where(record => record[0] == RawTls13.Handshake).SelectMany(record => record[5..])];
        if (message.Length == 0)
        {
            return false;
        }

        tls.TakeClientHello(message);
        return true;
    }
}

/// <summary>The machine did what it must not, whatever the server sends.</summary>
internal sealed class FuzzFinding(string what, Exception? cause = null) : Exception(what, cause);
