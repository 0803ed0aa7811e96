using LoadGen.Cluster.Nodes.Downing;

namespace LoadGen.Cluster.Tests.Nodes.Downing;

/// <summary>What a node does about others that it cannot reach, with partitions that are stable after 5 s and leases of 15 s.</summary>
public sealed class ReachabilityViewTests
{
    private const bool WithTheRun = true;
    private const bool WithoutTheRun = false;

    private static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData("everybody is there", "1c 3w", "", WithTheRun, 60, nameof(DowningDecision.Wait))]
    [InlineData("a worker was not reached for a moment", "1c 2w", "1w", WithTheRun, 14.9, nameof(DowningDecision.Wait))]
    [InlineData("a worker was not reached for its lease, so it has stopped", "1c 2w", "1w", WithTheRun, 15, nameof(DowningDecision.DownUnreachable))]
    [InlineData("every worker was not reached for its lease", "1c", "3w", WithTheRun, 15, nameof(DowningDecision.DownUnreachable))]
    [InlineData("a standby sees the same worker as the coordinator does", "2c 2w", "1w", WithTheRun, 15, nameof(DowningDecision.DownUnreachable))]
    public void Workers_alone_are_given_up_once_their_leases_have_ended(string situation, string here, string there, bool oldest, double seconds, string expected)
        => AssertDecides(expected, situation, ViewOf(here, there, oldest, seconds));

    [Theory]
    [InlineData("a worker does not reach the only coordinator", "3w", "1c", WithoutTheRun, 60)]
    [InlineData("a worker is cut off from everybody", "1w", "1c 2w", WithoutTheRun, 60)]
    [InlineData("workers are cut off from the coordinator and its standby", "2w", "2c 1w", WithoutTheRun, 60)]
    [InlineData("a worker reaches everybody but another worker, and no coordinator is left", "2w", "1w", WithoutTheRun, 60)]
    public void A_side_without_a_coordinator_waits_for_the_end_of_its_lease(string situation, string here, string there, bool oldest, double seconds)
        => AssertDecides(nameof(DowningDecision.Wait), situation, ViewOf(here, there, oldest, seconds));

    [Theory]
    [InlineData("it may be over soon", "1c 2w", "1c 1w", WithTheRun, 4.9, nameof(DowningDecision.Wait))]
    [InlineData("more workers are here", "1c 2w", "1c 1w", WithoutTheRun, 5, nameof(DowningDecision.DownUnreachable))]
    [InlineData("more workers are there", "1c 1w", "1c 2w", WithTheRun, 5, nameof(DowningDecision.DownThisSide))]
    [InlineData("as many are on both sides, and the run is here", "1c 2w", "1c 2w", WithTheRun, 5, nameof(DowningDecision.DownUnreachable))]
    [InlineData("as many are on both sides, and the run is there", "1c 2w", "1c 2w", WithoutTheRun, 5, nameof(DowningDecision.DownThisSide))]
    [InlineData("a standby is alone", "1c", "1c 3w", WithoutTheRun, 5, nameof(DowningDecision.DownThisSide))]
    [InlineData("the coordinator is alone", "1c", "1c 3w", WithTheRun, 5, nameof(DowningDecision.DownThisSide))]
    [InlineData("the standby was not reached, and no worker is anywhere", "1c", "1c", WithTheRun, 5, nameof(DowningDecision.DownUnreachable))]
    public void Between_coordinators_on_both_sides_the_workers_decide_and_then_the_run(string situation, string here, string there, bool oldest, double seconds, string expected)
        => AssertDecides(expected, situation, ViewOf(here, there, oldest, seconds));

    [Theory]
    [InlineData("a worker's process has ended", "1c 2w", "1w", WithTheRun, nameof(DowningDecision.DownUnreachable))]
    [InlineData("the coordinator's process has ended, and a standby sees it", "1c 2w", "1c", WithoutTheRun, nameof(DowningDecision.DownUnreachable))]
    [InlineData("the coordinator's machine with most workers has ended", "1c 1w", "1c 5w", WithoutTheRun, nameof(DowningDecision.DownUnreachable))]
    [InlineData("the only coordinator's process has ended: there is nobody to go on", "3w", "1c", WithoutTheRun, nameof(DowningDecision.Wait))]
    public void Processes_that_have_ended_are_given_up_at_once(string situation, string here, string there, bool oldest, string expected)
        => AssertDecides(expected, situation, ViewOf(here, there, oldest, seconds: 0) with { AllGone = true });

    [Fact]
    public void One_side_of_a_one_way_partition_goes_on_and_the_other_sees_nothing_to_decide()
    {
        var (blind, seeing) = (ViewOf("1c 2w", "1c 1w", WithTheRun, 5), ViewOf("2c 3w", "", WithTheRun, 5));

        Assert.Equal((DowningDecision.DownUnreachable, DowningDecision.Wait), (blind.Decide(StableAfter, Lease), seeing.Decide(StableAfter, Lease)));
    }

    [Fact]
    public void Of_two_sides_that_both_have_a_coordinator_exactly_one_goes_on()
    {
        foreach (var (here, there, oldest) in
            from here in Enumerable.Range(0, 4) from there in Enumerable.Range(0, 4) from oldest in new[] { true, false } select (here, there, oldest))
        {
            var oneSide = ViewOf($"1c {here}w", $"1c {there}w", oldest, 20).Decide(StableAfter, Lease);
            var otherSide = ViewOf($"1c {there}w", $"1c {here}w", !oldest, 20).Decide(StableAfter, Lease);

            Assert.Equal([DowningDecision.DownUnreachable, DowningDecision.DownThisSide], new[] { oneSide, otherSide }.Order());
        }
    }

    private static void AssertDecides(string expected, string situation, ReachabilityView view)
        => Assert.Equal($"{situation}: {expected}", $"{situation}: {view.Decide(StableAfter, Lease)}");

    // As in "2c 3w": two coordinators and three workers.
    private static ReachabilityView ViewOf(string here, string there, bool oldestIsHere, double seconds) => new(
        CountOf(here, 'c'), CountOf(there, 'c'), CountOf(here, 'w'), CountOf(there, 'w'), oldestIsHere, TimeSpan.FromSeconds(seconds), AllGone: false);

    private static int CountOf(string side, char role)
        => side.Split(' ').Where(part => part.EndsWith(role)).Select(part => int.Parse(part[..^1])).SingleOrDefault();
}
