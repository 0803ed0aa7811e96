using System.Net.Sockets;
using LoadGen.Core.Plans;
using LoadGen.Tls.Dialling;

namespace LoadGen.Tls.Tests.Dialling;

public sealed class FileBudgetTests
{
    private readonly SetClock _clock = new();
    private int _own = 100;
    private int _connections;

    [Fact]
    public void Connections_take_what_the_limit_leaves_beside_the_own_files_and_the_reserve()
    {
        var budget = BudgetOf(limit: 200);

        Assert.Equal(200 - 100 - FileBudget.Reserve, TakeAll(budget));
    }

    [Fact]
    public void What_a_connection_gives_back_another_may_take()
    {
        var budget = BudgetOf(limit: 200);
        TakeAll(budget);

        Return(budget);

        Assert.Equal(1, TakeAll(budget));
    }

    [Fact]
    public void Files_that_the_program_opens_under_way_are_taken_from_the_connections()
    {
        var budget = BudgetOf(limit: 200);
        var most = TakeAll(budget);
        _own += 10;
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.False(budget.TryTake());

        for (var i = 0; i < most; i++)
        {
            Return(budget);
        }

        Assert.Equal(most - 10, TakeAll(budget));
    }

    [Fact]
    public void Connections_take_none_where_the_limit_leaves_none() => Assert.Equal(0, TakeAll(BudgetOf(limit: 150)));

    [Fact]
    public void A_limit_that_is_far_away_is_not_counted_towards()
    {
        var counts = 0;
        var budget = new FileBudget(1_000_000, () => ++counts, _clock);

        for (var i = 0; i < 1000; i++)
        {
            Assert.True(budget.TryTake());
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, counts);
    }

    [Fact]
    public void A_connection_gives_its_file_back_once_whoever_owns_it_last_and_however_often_it_is_disposed()
    {
        var budget = BudgetOf(limit: 100 + FileBudget.Reserve + 1);
        var connection = OpenConnection.TryOpen(AddressFamily.InterNetwork, null, budget);

        Assert.NotNull(connection);
        Assert.Null(OpenConnection.TryOpen(AddressFamily.InterNetwork, null, budget));
        var next = connection.HandOver();
        connection.Dispose();
        Assert.Null(OpenConnection.TryOpen(AddressFamily.InterNetwork, null, budget));
        next.Dispose();
        next.Dispose();

        Assert.Equal(1, TakeAll(budget));
    }

    [Fact]
    public void A_connection_that_is_closed_politely_gives_its_file_back_even_if_its_peer_has_gone()
    {
        var budget = BudgetOf(limit: 100 + FileBudget.Reserve + 1);

        // Never connected: to shut it down fails.
        OpenConnection.TryOpen(AddressFamily.InterNetwork, null, budget)!.Close(byReset: false);

        Assert.Equal(1, TakeAll(budget));
    }

    [Fact]
    public void A_socket_that_cannot_be_opened_takes_no_file()
    {
        var budget = BudgetOf(limit: 100 + FileBudget.Reserve + 1);

        Assert.Throws<SocketException>(() => OpenConnection.TryOpen(AddressFamily.Irda, null, budget));

        Assert.Equal(1, TakeAll(budget));
    }

    private FileBudget BudgetOf(int limit) => new(limit, () => _own + _connections, _clock);

    private int TakeAll(FileBudget budget)
    {
        var taken = 0;
        while (budget.TryTake())
        {
            taken++;
            _connections++;
        }

        return taken;
    }

    private void Return(FileBudget budget)
    {
        _connections--;
        budget.Return();
    }

    /// <summary>Time passes when it is told to.</summary>
    private sealed class SetClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }
}
