using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CsCheck;
using LoadGen.Cluster.Protocol;
using LoadGen.Core.Generator;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Core.Slices;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Tests.Protocol;

/// <summary>Random messages of every kind, with a value other than the default in every field.</summary>
internal static class WireSamples
{
    private const string LabelCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private static readonly (string Pem, string Key) Identity = MakeIdentity();

    private static readonly Gen<string> Label = Gen.String[Gen.Char[LabelCharacters], 1, 40];
    private static readonly Gen<string> Sentence = Gen.String[Gen.Char[' ', '~'], 1, 80].Select(text => $"because {text}.");
    private static readonly Gen<int> Term = Gen.Int[1, 1000];
    private static readonly Gen<int> Version = Gen.Int[1, 100_000];
    private static readonly Gen<int> Weight = Gen.Int[1, 1000];
    private static readonly Gen<long> Number = Gen.Long[1, 1L << 40];
    private static readonly Gen<TimeSpan> Time = Gen.Long[1, TimeSpan.TicksPerDay * 900].Select(ticks => new TimeSpan(ticks));
    private static readonly Gen<DateTimeOffset> Instant = Gen.Long[1, TimeSpan.TicksPerDay * 3650].Select(ticks => new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(ticks));
    private static readonly Gen<byte[]> Bytes = Gen.Byte.Array[1, 50];

    private static readonly Gen<Books> Books = Gen.Long[1, 1L << 37].Array[5].Select(n => new Books(n.Sum(), n[0], n[1], n[2], n[3], n[4]));

    private static readonly Gen<GeneratorUsage> Usage = Gen.Select(Label, Gen.Int[1, 256], Time, Time, Time)
        .Select((process, cores, elapsed, cpu, pause) => new GeneratorUsage($"{process}:1", cores, elapsed, cpu, pause) { Since = pause / 2 });

    private static readonly Gen<Assignment> Assignments = Gen.Select(Version, Gen.Select(Gen.Long[1, 1000], Weight.Array[1, 5]).Array[1, 4], Number)
        .Select((version, changes, cutAt) => new Assignment(version, [.. changes.Select((change, i) => DivisionOf(i + 1, changes.Take(i + 1).Sum(each => each.Item1), change.Item2))], cutAt) { Term = version });

    private static readonly Gen<WorkerReport> Reports = Gen.Select(Gen.Select(Number, Number), Number, Number, Usage, Bytes)
        .Select((numbers, before, inFlight, usage, tally) => new WorkerReport(
            Math.Max(numbers.Item1, numbers.Item2), Math.Min(numbers.Item1, numbers.Item2), before, inFlight, usage, Final: true, tally));

    private static readonly Gen<WorkerState> Workers = Gen.Select(Label, Label, Weight, Number, Books, Usage, Gen.Select(Time, Gen.Enum<WorkerStage>(), Number))
        .Select((id, host, weight, report, books, usage, rest) => new WorkerState(id, host, weight)
        {
            Stage = rest.Item2,
            Crypto = "native",
            LastReport = report,
            Told = report,
            Books = books,
            InFlight = rest.Item3,
            Usage = usage,
            LostAt = rest.Item1,
            IsLeaving = true,
            IsSettled = true,
            TookPart = true,
        });

    private static readonly Gen<Checkpoint> Checkpoints = Gen.Select(Version, Workers.Array[1, 3], Bytes).Select((version, workers, tally) => new Checkpoint(version, [.. workers.DistinctBy(worker => worker.Id)], tally));

    /// <summary>By the name on the wire. A kind without one here fails the test that walks all kinds.</summary>
    public static IReadOnlyDictionary<string, Gen<IWireMessage>> ByManifest { get; } = new[]
    {
        Of(Gen.Select(Label, Label, Weight).Select((worker, host, weight) => new ToCoordinator.RegisterWorker(worker, host, weight) { Program = "1.2.3" })),
        Of(ToWorker((run, term) => new ToWorker.Welcome(run, term))),
        Of(ToWorker((run, term) => new ToWorker.RegisterAgain(run, term))),
        Of(Gen.Select(Label, Label, Term, Term, Version, Time).Select((run, worker, term, of, version, sent) => new ToCoordinator.Beat(run, worker, term, of, version, sent))),
        Of(Gen.Select(Label, Term, Time, Time).Select((run, term, sent, now) => new ToWorker.BeatAnswered(run, term, sent, now))),
        Of(Gen.Select(Label, Label).Select((run, worker) => new ToCoordinator.WorkerLeaving(run, worker))),
        Of(Gen.Select(Label, Label, Sentence).Select((run, worker, reason) => new ToCoordinator.WorkerFailed(run, worker, reason))),
        Of(Gen.Select(Label, Term, Gen.Int[1, 14], Sentence).Select((run, term, code, reason) => new ToWorker.Release(run, term, code, reason))),
        Of(Gen.Select(Label, Term, Plans(), Time).Select((run, term, plan, lease) => new ToWorker.PrepareRun(run, term, plan, lease))),
        Of(Gen.Select(Label, Label).Select((run, worker) => new ToCoordinator.WorkerPrepared(run, worker, "native"))),
        Of(Gen.Select(Label, Label, Sentence.Array[1, 5]).Select((run, worker, reasons) => new ToCoordinator.TargetsRefused(run, worker, reasons))),
        Of(Gen.Select(Label, Label, Sentence).Select((run, worker, reason) => new ToCoordinator.PreparationFailed(run, worker, reason))),
        Of(Gen.Select(Label, Term, Assignments, Time, Instant).Select((run, term, work, start, at) => new ToWorker.AssignWork(run, term, work, start, at))),
        Of(Gen.Select(Label, Label, Term, Version, Number).Select((run, worker, term, version, reached) => new ToCoordinator.AssignmentTaken(run, worker, term, version, reached, true))),
        Of(Gen.Select(Label, Label, Reports).Select((run, worker, report) => new ToCoordinator.TallyReported(run, worker, report))),
        Of(Gen.Select(Label, Term, Number, Number, Number).Select((run, term, number, safe, merge) => new ToWorker.AcknowledgeReport(run, term, number, safe, merge))),
        Of(ToWorker((run, term) => new ToWorker.StopRun(run, term))),
        Of(ToWorker((run, term) => new ToWorker.EndRun(run, term))),
        Of(Gen.Select(Label, Term, Checkpoints).Select((run, term, checkpoint) => new ToWorker.HoldCheckpoint(run, term, checkpoint))),
        Of(Gen.Select(Label, Label, Version).Select((run, worker, version) => new ToCoordinator.CheckpointHeld(run, worker, version))),
        Of(Gen.Select(Label, Label).Select((run, worker) => new ToCoordinator.RunOver(run, worker))),
        Of(ToWorker((run, term) => new ToWorker.TellInventory(run, term))),
        Of(Gen.Select(Label, Label, Gen.Select(Weight, Time, Time), Plans(), Assignments, Checkpoints, Gen.Select(Reports.Array[1, 3], Instant)).Select(
            (run, worker, numbers, plan, assignment, checkpoint, rest) => new ToCoordinator.InventoryTold(new RunInventory
            {
                RunId = run,
                WorkerId = worker,
                Host = "host",
                Weight = numbers.Item1,
                Crypto = "native",
                Plan = plan,
                Lease = numbers.Item2,
                Assignment = assignment,
                Elapsed = numbers.Item3,
                StartedAt = rest.Item2,
                Stopped = true,
                Checkpoint = checkpoint,
                Reports = [.. rest.Item1],
            }))),
    }.ToDictionary(StringComparer.Ordinal);

    /// <summary>A plan with every choice that a plan can have.</summary>
    public static Plan PlanWith(Load load) => new()
    {
        Name = "all of it",
        Engine = "sslstream",
        Crypto = CryptoChoice.Managed,
        Close = CloseMode.Notify,
        Seed = 7,
        Thresholds = [ThresholdOf("p99 < 50ms"), ThresholdOf("failures < 0.1%")],
        Authorized = ["example.com", "203.0.113.0/24"],
        Limits = new Limits { Connections = load is Load.Closed closed ? closed.Connections : 77, AsksForConnections = true, ConnectTimeout = TimeSpan.FromSeconds(1), HandshakeTimeout = TimeSpan.FromSeconds(2) },
        Targets =
        [
            new Target { Name = "a", Host = "127.0.0.1", Port = 1, ServerName = "one", Trust = Trust.System },
            new Target { Name = "b", Host = "::1", Port = 2, ServerName = "two", Trust = Trust.Insecure },
            new Target
            {
                Name = "c", Host = "localhost", Port = 3, ServerName = "three", Trust = new Trust.Authorities(Identity.Pem), FurtherServerNames = ["four"], StartTls = StartTlsProtocol.Ldap,
            },
        ],
        Profiles =
        [
            new Profile { Name = "modern", Weight = 70, TlsVersions = [TlsVersion.Tls13], Groups = ["x25519"], KeyShares = ["x25519"], Alpn = ["h2"] },
            new Profile { Name = "legacy", Weight = 30, TlsVersions = [TlsVersion.Tls12], CipherSuites = ["TLS_RSA_WITH_AES_128_GCM_SHA256"], SignatureSchemes = ["R"] },
            new Profile
            {
                Name = "everything",
                KeyShares = [],
                Resume = 0.3,
                Confirm = Confirm.Close,
                Checks = Checks.Lean,
                Identities = [new ClientIdentity(Identity.Pem, Identity.Key)],
                PreSharedKey = new PreSharedKey("identity", "00ff"),
                Ocsp = true,
                ExtendedMasterSecret = false,
                Hold = TimeSpan.FromSeconds(30),
            },
        ],
        Load = load,
    };

    private static (string Pem, string Key) MakeIdentity()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=sample", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static Gen<Plan> Plans() => Gen.OneOf(
        Gen.Select(Gen.Double[1, 1000], Gen.Int[1, 100]).Select((rate, seconds) => (Load)new Load.Open(new Schedule(new Constant(rate, TimeSpan.FromSeconds(seconds)), 17))),
        Gen.Select(Gen.Double[1, 1000], Gen.Int[1, 100]).Select((rate, seconds)
            => (Load)new Load.Open(new Schedule(new Stages([new Ramp(0, rate, TimeSpan.FromSeconds(seconds)), new Constant(rate, TimeSpan.FromSeconds(1))])))),
        Gen.Select(Gen.Int[1, 77], Gen.Int[1, 1000]).Select((connections, count) => (Load)new Load.Closed(connections, TimeSpan.FromSeconds(9), count))).Select(PlanWith);

    private static Division DivisionOf(int epoch, long from, int[] weights) => new(epoch, from, [.. weights.Select((weight, i) => new Share($"w{i}", weight))]);


    private static Gen<T> ToWorker<T>(Func<string, int, T> make) => Gen.Select(Label, Term).Select(make);

    private static KeyValuePair<string, Gen<IWireMessage>> Of<T>(Gen<T> gen)
        where T : IWireMessage => KeyValuePair.Create(
            WireSerializer.Entries.Single(entry => entry.Type == typeof(T)).Manifest,
            gen.Select(message => (IWireMessage)message));

    private static Threshold ThresholdOf(string expression)
        => ThresholdParser.TryParse(expression, out var threshold, out var remedy) ? threshold : throw new ArgumentException(remedy);
}
