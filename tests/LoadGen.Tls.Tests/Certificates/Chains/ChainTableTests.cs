using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using LoadGen.Core;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Processes;

namespace LoadGen.Tls.Tests.Certificates.Chains;

/// <summary>
/// Every engine judges every chain of the table alike in TLS 1.2 and 1.3, and as <c>openssl s_client</c> does, which connects to the
/// same server; where openssl judges otherwise the table has the reason.
/// </summary>
public sealed partial class ChainTableTests
{
    private static readonly string[] Judges = ["bouncycastle", "fast", "sslstream"];

    public static TheoryData<string> Names => [.. ChainCases.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_chain_is_judged_alike_by_every_engine_and_openssl(string name)
    {
        var chain = ChainCases.All[name];
        await using var server = ChainServer.Start(chain.Key, chain.Sent);
        var pem = string.Join('\n', chain.Trusted.Select(der => PemEncoding.WriteString("CERTIFICATE", der)));

        var verdicts = new List<(string Judge, FailureKind? Fault, string Said)>();
        foreach (var version in (TlsVersion[])[TlsVersion.Tls12, TlsVersion.Tls13])
        {
            foreach (var engine in Judges.Where(judge => IsFor(judge, version, name)))
            {
                var outcome = await ShakeAsync(engine, version, chain.ServerName, pem, server.EndPoint);
                verdicts.Add(($"{engine} {version.Name()}", outcome.Failure?.Kind, outcome.Failure?.Detail ?? ""));
            }
        }

        var references = new List<(string Judge, FailureKind? Fault, string Said)>();
        foreach (var version in (string[])["-tls1_2", "-tls1_3"])
        {
            references.Add(await AskOpensslAsync(version, chain.ServerName, pem, server.EndPoint));
        }

        var told = $"expected {chain.Expected?.Name() ?? "good"}\n" + string.Join('\n', verdicts.Concat(references).Select(each => $"{each.Judge}: {each.Fault?.Name() ?? "good"} {each.Said}"));
        Assert.True(verdicts.TrueForAll(verdict => verdict.Fault == chain.Expected), told);
        Assert.True(references.TrueForAll(verdict => (verdict.Fault != chain.Expected) == chain.DiffersFor(verdict.Judge)), $"{told}\n{chain.Difference}");
    }

    // An engine is judged by what it claims: one that names its schemes and has no Ed448 does not offer it, so that no such signature is due.
    private static bool IsFor(string judge, TlsVersion version, string chain)
        => Engines.Capabilities[judge] is var engine && engine.TlsVersions.Contains(version)
            && (chain != "Ed448" || engine.SignatureSchemes.Count == 0 || engine.SignatureSchemes.Contains("ed448"));

    private static async Task<Outcome> ShakeAsync(string engine, TlsVersion version, string serverName, string pem, IPEndPoint server)
    {
        var plan = new Plan
        {
            Name = "table",
            Targets = [new Target { Name = "t", Host = "127.0.0.1", Port = server.Port, ServerName = serverName, Trust = new Trust.Authorities(pem) }],
            Profiles = [new Profile { Name = "p", TlsVersions = [version] }],
            Load = new Load.Closed(1, Duration: null, Count: 1),
            Engine = engine,
        };
        using var created = Engines.Create(plan, TimeProvider.System);
        using var client = created.CreateClient();
        return await client.HandshakeAsync(0, 0, TestContext.Current.CancellationToken);
    }

    private static async Task<(string Judge, FailureKind? Fault, string Said)> AskOpensslAsync(string version, string serverName, string pem, IPEndPoint server)
    {
        using var authorities = new TemporaryFile(pem);
        string[] name = IPAddress.TryParse(serverName, out _) ? ["-noservername", "-verify_ip", serverName] : ["-servername", serverName, "-verify_hostname", serverName];
        await using var openssl = ChildProcess.Start(
            RealServers.Require("openssl"),
            ["s_client", "-connect", server.ToString(), version, "-CAfile", authorities.Path, "-verify_return_error", .. name]);
        openssl.EndInput();
        var exitCode = await openssl.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);
        var lines = openssl.StandardOutput.Concat(openssl.StandardError).ToList();
        if (lines.Select(line => VerifyError().Match(line)).FirstOrDefault(match => match.Success) is { } error)
        {
            return ($"openssl {version}", KindOf(int.Parse(error.Groups["number"].ValueSpan, CultureInfo.InvariantCulture)), error.Value);
        }

        return exitCode == 0 && lines.Exists(line => line.Contains("Verify return code: 0 (ok)", StringComparison.Ordinal))
            ? ($"openssl {version}", null, "")
            : ($"openssl {version}", FailureKind.CertificateInvalid, string.Join('\n', lines.Where(line => line.Contains("error", StringComparison.Ordinal))));
    }

    // X509_V_ERR_... (x509_vfy.h).
    private static FailureKind KindOf(int error) => error switch
    {
        9 => FailureKind.CertificateNotYetValid,
        10 => FailureKind.CertificateExpired,
        2 or 18 or 19 or 20 or 21 => FailureKind.CertificateUntrusted,
        62 or 64 => FailureKind.CertificateWrongName,
        _ => FailureKind.CertificateInvalid,
    };

    [GeneratedRegex("verify error:num=(?<number>[0-9]+):.*")]
    private static partial Regex VerifyError();
}
