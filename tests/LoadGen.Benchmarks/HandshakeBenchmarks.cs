using BenchmarkDotNet.Attributes;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;
using LoadGen.TargetServer;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Servers;
using LoadGen.Tls;

namespace LoadGen.Benchmarks;

/// <summary>One full handshake after another by one client of each engine, against nginx in a process of its own.</summary>
[MemoryDiagnoser]
public class HandshakeBenchmarks
{
    private TestAuthority _authority = null!;
    private NginxServer _nginx = null!;
    private IHandshakeEngine _engine = null!;
    private IHandshakeClient _client = null!;

    [Params("bouncycastle", "fast", "sslstream")]
    public string Engine { get; set; } = "";

    [Params("1.2", "1.3")]
    public string Tls { get; set; } = "";

    [Params(KeyKind.EcdsaP256, KeyKind.Rsa2048)]
    public KeyKind Key { get; set; }

    [GlobalSetup]
    public async Task StartAsync()
    {
        _authority = new TestAuthority();
        _nginx = await NginxServer.StartAsync(new NginxOptions { Certificates = [_authority.Good(Key)] });
        _engine = Engines.Create(
            new Plan
            {
                Name = "benchmark",
                Engine = Engine,
                Targets =
                [
                    new Target
                    {
                        Name = "nginx",
                        Host = _nginx.EndPoint.Address.ToString(),
                        Port = _nginx.EndPoint.Port,
                        ServerName = "localhost",
                        Trust = new Trust.Authorities(_authority.Pem),
                    },
                ],
                Profiles = [new Profile { Name = "p", TlsVersions = [Tls == "1.2" ? TlsVersion.Tls12 : TlsVersion.Tls13] }],
                Load = new Load.Open(new Schedule(new Constant(1, TimeSpan.FromSeconds(1)))),
            },
            TimeProvider.System);
        _client = _engine.CreateClient();
    }

    [GlobalCleanup]
    public async Task StopAsync()
    {
        _client.Dispose();
        _engine.Dispose();
        await _nginx.DisposeAsync();
        _authority.Dispose();
    }

    [Benchmark]
    public async Task<TimeSpan> Handshake()
    {
        var outcome = await _client.HandshakeAsync(0, 0, CancellationToken.None);
        return outcome.Handshake ?? throw new InvalidOperationException(outcome.Failure!.ToString());
    }
}
