using System.Globalization;
using LoadGen.Core.Runs;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;
using LoadGen.TestServers.Servers;

namespace LoadGen.EndToEnd.Tests;

public sealed class ClusterTests
{
    [Fact]
    public async Task A_coordinator_and_two_workers_share_a_plan_as_separate_processes()
    {
        await using var target = await BuiltInTargetProcess.StartAsync();
        var address = $"127.0.0.1:{FreePort.Take()}";
        await using var coordinator = LoadGenProgram.Start(
        [
            "coordinator", "--listen", address, "--min-workers", "2", "--target", target.Address, "--cacert", target.AuthorityPath,
            "--rate", "200", "--duration", "5s", "--json", "-",
        ]);
        await using var one = LoadGenProgram.Start(["worker", "--seed", address]);
        await using var other = LoadGenProgram.Start(["worker", "--seed", address]);

        var exitCode = await coordinator.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);

        var result = Runs.Parse(string.Join('\n', coordinator.StandardOutput), string.Join('\n', coordinator.StandardError));
        Runs.AssertPasses(exitCode, result);
        Assert.Equal(0, await one.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken));
        Assert.Equal(0, await other.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken));
        AssertHalves(result, 1000);
    }

    [Fact]
    public async Task Three_hundred_client_certificates_and_the_authorities_of_the_system_reach_both_workers()
    {
        const int clients = 300;
        using var authority = new TestAuthority();
        var certificates = Enumerable.Range(0, clients).Select(i => authority.Client(subject: $"CN=device-{i}")).ToList();
        using var identities = new TemporaryFile(string.Join('\n', certificates.Select(each => $"{each.ChainPem}\n{File.ReadAllText(each.KeyPath)}")));
        using var authorities = new TemporaryFile($"{await File.ReadAllTextAsync(RealServers.RequireSystemAuthorities(), TestContext.Current.CancellationToken)}\n{authority.Pem}");
        await using var server = await NginxServer.StartAsync(
            new NginxOptions(new TlsServerOptions { Certificates = [authority.Good()], ClientAuthorities = authority.PemPath }), TestContext.Current.CancellationToken);
        var address = $"127.0.0.1:{FreePort.Take()}";
        await using var coordinator = LoadGenProgram.Start(
        [
            "coordinator", "--listen", address, "--min-workers", "2", "--target", server.EndPoint.ToString(), "--servername", "localhost",
            "--cacert", authorities.Path, "--cert", identities.Path, "--rate", "200", "--count", (2 * clients).ToString(CultureInfo.InvariantCulture), "--json", "-",
        ]);
        await using var one = LoadGenProgram.Start(["worker", "--seed", address]);
        await using var other = LoadGenProgram.Start(["worker", "--seed", address]);

        var exitCode = await coordinator.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);

        var result = Runs.Parse(string.Join('\n', coordinator.StandardOutput), string.Join('\n', coordinator.StandardError));
        Runs.AssertPasses(exitCode, result);
        Assert.Equal(2 * clients, result.Negotiated.Where(each => each.ClientCertificate).Sum(each => each.Count));
        AssertHalves(result, 2 * clients);
        var told = await server.WaitForHandshakesAsync(2 * clients, TestContext.Current.CancellationToken);
        Assert.Equal(clients, told.Select(each => each.ClientSubject).Distinct().Count());
    }

    [Fact]
    public async Task Workers_in_one_process_share_a_plan_in_the_same_way()
    {
        var (program, result) = await Runs.ExecuteAsync("--workers", "2", "--rate", "200", "--duration", "5s");

        Runs.AssertPasses(program.ExitCode, result);
        AssertHalves(result, 1000);
    }

    [Fact]
    public async Task A_coordinator_that_no_worker_joins_says_so()
    {
        var program = await LoadGenProgram.RunAsync(
            ["coordinator", "--listen", "127.0.0.1:0", "--start-deadline", "2s", "--target", "127.0.0.1:1", "--count", "1"],
            cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(13, program.ExitCode);
        Assert.Contains("0 of 1 workers", program.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_run_drains_and_writes_a_partial_result()
    {
        await using var run = LoadGenProgram.Start(["run", "--rate", "100", "--duration", "60s", "--json", "-"]);
        await Runs.WaitForSecondAsync(run, 2);

        run.Send(Signal.Interrupt);
        var exitCode = await run.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);

        var result = Runs.Parse(string.Join('\n', run.StandardOutput), string.Join('\n', run.StandardError));
        Runs.AssertBooksBalance(result);
        Assert.Equal(11, exitCode);
        Assert.Equal("aborted", result.Run.Verdict);
        Assert.InRange(result.Books.Completed, 100, 5900);
        Assert.Equal(result.Books.Completed, result.BuiltInTarget!.Full);
    }

    private static void AssertHalves(RunResult result, long scheduled)
    {
        Runs.AssertBooksBalance(result);
        Assert.Equal(scheduled, result.Books.Scheduled);
        Assert.Equal(scheduled, result.Books.Completed);
        Assert.Equal(2, result.Workers.Count);
        Assert.All(result.Workers, worker => Assert.InRange(worker.Books.Scheduled, (scheduled / 2) - 1, (scheduled / 2) + 1));
    }
}
