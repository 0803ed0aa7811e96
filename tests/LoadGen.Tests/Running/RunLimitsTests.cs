using System.Net;
using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;
using LoadGen.Running;

namespace LoadGen.Tests.Running;

public sealed class RunLimitsTests
{
    private static readonly RunLimits Ample = new(OpenFiles: 1_000_000, LocalPorts: 28_232, Threads: null);

    [Fact]
    public void A_plan_that_fits_has_nothing_said_about_it() => Assert.Empty(Ample.FindTooLow(Closed(28_232), workers: 1, hasPage: true));

    [Theory]
    [InlineData(1024, 768, 1, false)]
    [InlineData(1024, 576, 1, true)]
    [InlineData(1024, 752, 2, false)]
    public void As_many_connections_fit_as_the_sentence_says(int files, int most, int workers, bool hasPage)
    {
        var limits = Ample with { OpenFiles = files };

        var sentence = Assert.Single(limits.FindTooLow(Closed(most + 1), workers, hasPage));
        Assert.Contains($"lower --concurrency to {most} or raise the limit", sentence, StringComparison.Ordinal);
        Assert.Empty(limits.FindTooLow(Closed(most), workers, hasPage));
    }

    [Fact]
    public void The_sentence_has_the_arithmetic_and_the_remedy() => Assert.Equal(
        "limits: 3,000 connections need 3,256 open files (256 of them for the program), but this process is limited to 1,024 (ulimit -n); lower --max-connections to 768 or raise the limit",
        Assert.Single((Ample with { OpenFiles = 1024 }).FindTooLow(Open(3000), workers: 1, hasPage: false)));

    [Fact]
    public void The_default_of_an_open_load_is_no_request() => Assert.Empty(
        (Ample with { OpenFiles = 1024 }).FindTooLow(Records.PlanOf(), workers: 1, hasPage: true));

    [Fact]
    public void As_many_connections_as_the_default_are_a_request_where_they_are_asked_for() => Assert.Equal(
        "limits: 1,000 connections need 1,256 open files (256 of them for the program), but this process is limited to 1,024 (ulimit -n); lower --max-connections to 768 or raise the limit",
        Assert.Single((Ample with { OpenFiles = 1024 }).FindTooLow(Open(new Limits().Connections), workers: 1, hasPage: false)));

    [Fact]
    public void Where_not_even_one_connection_fits_no_number_is_recommended() => Assert.Equal(
        "limits: 1 connection needs 257 open files (256 of them for the program), but this process is limited to 200 (ulimit -n); raise the limit",
        Assert.Single((Ample with { OpenFiles = 200 }).FindTooLow(Records.PlanOf(), workers: 1, hasPage: false)));

    [Fact]
    public void Each_address_of_a_target_has_all_local_ports_for_itself()
    {
        var one = Closed(40_000);
        var two = one with { Targets = [one.Targets[0], one.Targets[0] with { Name = "u", Port = 444 }] };

        Assert.Equal(
            "limits: 40,000 connections need as many local ports, but this machine has 28,232 for these targets (net.ipv4.ip_local_port_range); lower --concurrency to 28232 or name source addresses (--source) or widen the range",
            Assert.Single(Ample.FindTooLow(one, workers: 1, hasPage: false)));
        Assert.Empty(Ample.FindTooLow(two, workers: 1, hasPage: false));
    }

    [Fact]
    public void A_name_may_have_any_number_of_addresses()
    {
        var plan = Closed(40_000);

        Assert.Empty(Ample.FindTooLow(plan with { Targets = [plan.Targets[0] with { Host = "localhost" }] }, workers: 1, hasPage: false));
    }

    [Fact]
    public void Source_addresses_multiply_the_ports()
    {
        var plan = Closed(40_000) with { Sources = [IPAddress.Parse("127.0.0.1"), IPAddress.Parse("127.0.0.2")] };

        Assert.Empty(Ample.FindTooLow(plan, workers: 1, hasPage: false));
        Assert.Equal(["ports: 28,232 local ports x 2 source addresses x 1 target address = 56,464 connections at once"], Ample.DescribePorts(plan));
    }

    [Theory]
    [InlineData(0, "ports: close: fin keeps each for 60 s: 471 connections/s at most; the plan has 6,000 within 60 s at most")]
    [InlineData(2, "ports: close: fin keeps each for 1 s (net.ipv4.tcp_tw_reuse, on loopback): 28,232 connections/s at most; the plan has 100 within 1 s at most")]
    public void Ports_in_TIME_WAIT_are_reckoned_up(int reuse, string sentence)
    {
        var plan = Records.PlanOf() with { Close = CloseMode.Fin, Load = new Load.Open(new Schedule(new Constant(100, TimeSpan.FromMinutes(2)))) };

        Assert.Equal(sentence, (Ample with { TimeWaitReuse = reuse }).DescribePorts(plan).Last());
    }

    [Fact]
    public void A_plan_with_too_many_connections_for_its_ports_is_told_so()
    {
        var plan = Records.PlanOf() with { Close = CloseMode.Fin, Load = new Load.Open(new Schedule(new Constant(1000, TimeSpan.FromMinutes(2)))) };

        Assert.EndsWith("471 connections/s at most; the plan has too many: 60,000 within 60 s at most", Ample.DescribePorts(plan).Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_worker_of_the_process_needs_threads() => Assert.Equal(
        "limits: a run with 8 workers needs 108 threads, but this user is limited to 100 (ulimit -u); lower --workers or raise the limit",
        Assert.Single((Ample with { Threads = 100 }).FindTooLow(Closed(1), workers: 8, hasPage: false)));

    private static Plan Closed(int connections) => Records.PlanOf() with
    {
        Load = new Load.Closed(connections, TimeSpan.FromSeconds(1), null),
        Limits = new Limits { Connections = connections, AsksForConnections = true },
    };

    private static Plan Open(int connections) => Records.PlanOf() with { Limits = new Limits { Connections = connections, AsksForConnections = true } };
}
