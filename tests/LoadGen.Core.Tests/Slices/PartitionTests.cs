using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;
using LoadGen.Core.Slices;

namespace LoadGen.Core.Tests.Slices;

/// <summary>Who runs which arrival, written as one letter an arrival: worker a, b, c and so on.</summary>
public sealed class PartitionTests
{
    [Theory]
    [InlineData("a1", 4, "aaaa")]
    [InlineData("a1 b1", 5, "ababa")]
    [InlineData("a1 b1 c1", 7, "abcabca")]
    [InlineData("a2 b2", 4, "abab")]
    [InlineData("a2 b1", 6, "abaaba")]
    [InlineData("a1 b2", 6, "babbab")]
    [InlineData("a3 b1", 8, "aabaaaba")]
    [InlineData("a4 b1 c1", 6, "aabcaa")]
    [InlineData("a6 b3", 3, "aba")]
    [InlineData("a1 b1 c1", 2, "ab")]
    public void Workers_take_turns_by_their_weights(string shares, int arrivals, string expected)
        => Assert.Equal(expected, TurnsOf(new Assignment(1, [DivisionOf(1, 0, shares)]), arrivals));

    [Theory]
    [InlineData("ababababab", 0, "a1 b1")]
    [InlineData("ababaabcab", 0, "a1 b1", 5, "a1 b1 c1")]
    [InlineData("ababaabcbb", 0, "a1 b1", 5, "a1 b1 c1", 8, "b1")]
    [InlineData("abaaaaaaaa", 0, "a2 b1", 3, "a1")]
    [InlineData("ababbbbbbb", 0, "a1 b1", 4, "c1", 4, "b1")]
    public void From_a_boundary_on_they_take_turns_by_the_new_division(string expected, params object[] boundaries)
    {
        var divisions = boundaries.Chunk(2).Select((each, i) => DivisionOf(i + 1, (int)each[0], (string)each[1]));

        Assert.Equal(expected, TurnsOf(new Assignment(1, [.. divisions]), arrivals: 10));
    }

    [Theory]
    [InlineData(0, "..........")]
    [InlineData(5, "ababa.....")]
    [InlineData(10, "ababababab")]
    public void From_a_cut_on_nobody_has_a_turn(long cutAt, string expected)
        => Assert.Equal(expected, TurnsOf(new Assignment(2, [DivisionOf(1, 0, "a1 b1")], cutAt), arrivals: 10));

    [Theory]
    [InlineData("a1 b1", 10, "5 5")]
    [InlineData("a1 b1 c1", 10, "4 3 3")]
    [InlineData("a2 b1", 10, "7 3")]
    [InlineData("a4 b1 c1", 12, "8 2 2")]
    [InlineData("a1 b1 c1", 2, "1 1 0")]
    [InlineData("a16 b1", 2, "1 1")]
    [InlineData("a1 b16 c1", 20, "2 17 1")]
    public void Connections_are_shared_by_weight(string shares, int connections, string expected)
    {
        var (plan, division) = (PlanOf(100, connections), DivisionOf(1, 0, shares));

        Assert.Equal(expected, string.Join(' ', division.Shares.Select(share => Partition.SliceOf(plan, division, share.WorkerId)!.Connections)));
    }

    [Fact]
    public void Who_takes_no_part_has_no_slice() => Assert.Null(Partition.SliceOf(PlanOf(100, 10), DivisionOf(1, 0, "a1 b1"), "c"));

    [Fact]
    public void Without_a_count_each_epoch_of_a_closed_load_numbers_its_arrivals_anew_and_far_apart()
    {
        var closed = new Load.Closed(4, TimeSpan.FromSeconds(30), Count: null);

        var first = Partition.SliceOf(closed, [DivisionOf(1, 0, "a1 b1")], "b")!;
        var second = Partition.SliceOf(closed, [DivisionOf(1, 0, "a1 b1"), DivisionOf(2, 0, "a1 b1 c1")], "b")!;

        Assert.Equal((1, 3), (first.ArrivalAt(0), first.ArrivalAt(1)));
        Assert.Equal(first.To, second.From);
    }

    // A letter for each arrival, a point where it has no owner, and a question mark where it has several.
    private static string TurnsOf(Assignment assignment, int arrivals)
    {
        var owners = Enumerable.Repeat('.', arrivals).ToArray();
        foreach (var worker in assignment.Divisions.SelectMany(division => division.Shares).Select(share => share.WorkerId).Distinct())
        {
            foreach (var arrival in assignment.SlicesOf(PlanOf(arrivals, 10), worker).SelectMany(slice => Enumerable.Range(0, (int)slice.Count).Select(k => slice.ArrivalAt(k))))
            {
                owners[arrival] = owners[arrival] == '.' ? worker[0] : '?';
            }
        }

        return new string(owners);
    }

    private static Division DivisionOf(int epoch, long from, string shares)
        => new(epoch, from, [.. shares.Split(' ').Select(share => new Share(share[..1], int.Parse(share[1..])))]);

    private static Plan PlanOf(int arrivals, int connections) => new()
    {
        Name = "test",
        Targets = [new Target { Name = "t", Host = "127.0.0.1", Port = 443, ServerName = "localhost" }],
        Profiles = [new Profile { Name = "p" }],
        Load = new Load.Open(new Schedule(new Constant(arrivals, TimeSpan.FromSeconds(1)))),
        Limits = new Limits { Connections = connections },
    };
}
