using System.Net;
using LoadGen.Cluster.Nodes.Links;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LoadGen.Web;

/// <summary>
/// Keeps connections few that ask for nothing: a run beside the endpoint needs the descriptors. One that waits for a request, the
/// first or another one, is a stranger to the gate; while a request is answered its connection is safe.
/// </summary>
internal sealed class Visitors
{
    private static readonly TimeSpan HeadersWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan NextRequestWithin = TimeSpan.FromSeconds(30);

    private readonly StrangerGate _gate = StrangerGate.ForThisProcess();

    public void Limit(KestrelServerLimits limits)
    {
        limits.RequestHeadersTimeout = HeadersWithin;
        limits.KeepAliveTimeout = NextRequestWithin;
        limits.MaxConcurrentUpgradedConnections = _gate.Most;
        limits.MaxConcurrentConnections = 2 * _gate.Most;
    }

    public void Receive(ListenOptions listen) => listen.Use(next => async connection =>
    {
        var visitor = new Visitor(_gate, connection);
        connection.Features.Set(visitor);
        try
        {
            await next(connection);
        }
        finally
        {
            visitor.Leave();
        }
    });

    public static void Attend(WebApplication web) => web.Use(async (context, next) =>
    {
        var visitor = context.Features.Get<Visitor>();
        visitor?.Leave();
        try
        {
            await next(context);
        }
        finally
        {
            visitor?.Wait();
        }
    });

    private sealed class Visitor
    {
        private readonly StrangerGate _gate;
        private readonly ConnectionContext _connection;
        private StrangerGate.Place _place;

        public Visitor(StrangerGate gate, ConnectionContext connection)
        {
            (_gate, _connection) = (gate, connection);
            _place = Enter();
        }

        public void Leave() => _place.Leave();

        public void Wait() => _place = Enter();

        private StrangerGate.Place Enter()
            => _gate.Enter((_connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None, _connection.Abort);
    }
}
