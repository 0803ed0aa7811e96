using System.Net;
using LoadGen.Cluster.Nodes.Links;

namespace LoadGen.Cluster.Tests.Nodes.Links;

public sealed class StrangerGateTests
{
    private readonly List<string> _turnedAway = [];

    [Fact]
    public void The_oldest_goes_where_there_is_one_too_many()
    {
        var gate = new StrangerGate(2);

        Enter(gate, "10.0.0.1", "first");
        Enter(gate, "10.0.0.1", "second");
        Enter(gate, "10.0.0.1", "third");

        Assert.Equal(["first"], _turnedAway);
        Assert.Equal(2, gate.Count);
    }

    [Theory]
    [InlineData("10.0.0.2", "10.0.0.2")]
    [InlineData("::ffff:10.0.0.2", "10.0.0.2")]
    [InlineData("fd00::1", "fd00::2")]
    public void A_crowd_of_one_source_costs_no_other_its_place(string crowd, string sameCrowd)
    {
        var gate = new StrangerGate(3);

        Enter(gate, "10.0.0.1", "alone");
        Enter(gate, crowd, "one");
        Enter(gate, sameCrowd, "two");
        Enter(gate, crowd, "three");

        Assert.Equal(["one"], _turnedAway);
    }

    [Fact]
    public void Those_who_leave_make_room_and_know_whether_they_were_turned_away()
    {
        var gate = new StrangerGate(1);
        var first = Enter(gate, "10.0.0.1", "first");
        Assert.True(first.Leave());
        var second = Enter(gate, "10.0.0.1", "second");
        Assert.Empty(_turnedAway);

        Enter(gate, "10.0.0.1", "third");

        Assert.Equal(["second"], _turnedAway);
        Assert.False(second.Leave());
        Assert.False(first.Leave());
    }

    [Fact]
    public void A_gate_is_never_so_narrow_that_a_few_nodes_cannot_come_together()
        => Assert.InRange(StrangerGate.ForThisProcess().Most, 8, 64);

    private StrangerGate.Place Enter(StrangerGate gate, string source, string name)
        => gate.Enter(IPAddress.Parse(source), () => _turnedAway.Add(name));
}
