using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote.Transport;

namespace LoadGen.Cluster.Nodes.Links;

/// <summary>Hands a node's identity to its transport.</summary>
/// <param name="identity">Asked at each connection; <see langword="null"/> for nodes that talk in the clear.</param>
internal sealed class NodeTransportSetup(Func<NodeIdentity>? identity) : Setup
{
    public Func<NodeIdentity>? Identity => identity;
}

/// <summary>
/// How nodes reach each other: TCP, and within it mutual TLS unless they do without on purpose. Until the other side has proven
/// that it is a node it is a stranger, of which there are few at a time and none for long. A connection that fails costs
/// nothing but itself.
/// </summary>
internal sealed class NodeTransport : Transport
{
    /// <summary>The format of what is logged: a whole sentence for the user, once for each peer.</summary>
    public const string Sentence = "{0}";

    private const int Backlog = 1024;
    private const byte TlsHandshakeRecord = 22;

    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ProveWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AcceptAgainAfter = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FlushWithin = TimeSpan.FromSeconds(1);

    private readonly MutualTls? _tls;
    private readonly ILoggingAdapter _log;
    private readonly StrangerGate _strangers = StrangerGate.ForThisProcess();
    private readonly ConcurrentDictionary<NodeLink, bool> _links = new(ReferenceEqualityComparer.Instance);
    private readonly CancellationTokenSource _closing = new();
    private Socket? _listener;
    private Address? _address;

    /// <summary>Called by Akka.Remote.</summary>
    public NodeTransport(ActorSystem system, Config config)
    {
        System = system;
        Config = config;
        _tls = system.Settings.Setup.Get<NodeTransportSetup>() is { HasValue: true, Value.Identity: { } identity } ? new MutualTls(identity) : null;
        _log = Logging.GetLogger(system, typeof(NodeTransport));
        SchemeIdentifier = SchemeOf(_tls is not null);
        MaximumPayloadBytes = config.GetByteSize("maximum-frame-size", 0) ?? 0;
    }

    /// <summary>What addresses begin with, after <c>akka.</c>: nodes with and without TLS are for each other not there.</summary>
    public static string SchemeOf(bool secure) => secure ? "ssl.tcp" : "tcp";

    /// <summary>A host as it stands in an address.</summary>
    public static string HostOf(string host)
        => IPAddress.TryParse(host, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{ip}]" : host;

    /// <inheritdoc/>
    public override bool IsResponsibleFor(Address remote) => true;

    /// <inheritdoc/>
    public override async Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen()
    {
        var endPoint = await EndPointOfAsync(Config.GetString("hostname"), Config.GetInt("port")).ConfigureAwait(false);
        _listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (endPoint.Address.Equals(IPAddress.IPv6Any))
        {
            _listener.DualMode = true;
        }

        _listener.Bind(endPoint);
        _listener.Listen(Backlog);
        var port = Config.GetInt("public-port");
        _address = new Address(SchemeIdentifier, System.Name, HostOf(Config.GetString("public-hostname")), port > 0 ? port : ((IPEndPoint)_listener.LocalEndPoint!).Port);
        var upper = new TaskCompletionSource<IAssociationEventListener>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = AcceptAsync(_listener, upper.Task);
        return (_address, upper);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidAssociationException">No node of this cluster answers there now; it may later.</exception>
    public override async Task<AssociationHandle> Associate(Address remoteAddress)
    {
        var host = remoteAddress.Host.Trim('[', ']');
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
            deadline.CancelAfter(ConnectWithin);
            await socket.ConnectAsync(host, remoteAddress.Port!.Value, deadline.Token).ConfigureAwait(false);
            deadline.CancelAfter(ProveWithin);
            var connection = new NetworkStream(socket, ownsSocket: true);
            return LinkOf(remoteAddress, _tls is null ? connection : await _tls.AsClientAsync(connection, host, deadline.Token).ConfigureAwait(false));
        }
        catch (Exception error) when (IsOfConnection(error))
        {
            socket.Dispose();
            if (error is AuthenticationException)
            {
                _log.Warning(Sentence, error.Message);
            }

            throw new InvalidAssociationException($"cannot connect to {remoteAddress}: {error.Message}", error);
        }
    }

    /// <inheritdoc/>
    public override async Task<bool> Shutdown()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        _listener?.Dispose();
        var links = _links.Keys.ToList();
        links.ForEach(link => link.Close());
        var flushed = Task.WhenAll(links.Select(link => link.Closed));
        return await Task.WhenAny(flushed, Task.Delay(FlushWithin)).ConfigureAwait(false) == flushed;
    }

    private async Task AcceptAsync(Socket listener, Task<IAssociationEventListener> upper)
    {
        var nodes = await upper.ConfigureAwait(false);
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(_closing.Token).ConfigureAwait(false);
                _ = WelcomeAsync(socket, nodes);
            }
            catch (SocketException)
            {
                // There was no descriptor for it: there will be, when those who say nothing are turned away.
                await Task.Delay(AcceptAgainAfter).ConfigureAwait(false);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task WelcomeAsync(Socket socket, IAssociationEventListener nodes)
    {
        if (socket.RemoteEndPoint is not IPEndPoint from)
        {
            socket.Dispose();
            return;
        }

        var peer = $"{(from.Address.IsIPv4MappedToIPv6 ? from.Address.MapToIPv4() : from.Address)}";
        var place = _strangers.Enter(from.Address, socket.Dispose);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        deadline.CancelAfter(ProveWithin);
        try
        {
            socket.NoDelay = true;
            var stream = await ProvenAsync(socket, peer, deadline.Token).ConfigureAwait(false);
            if (stream is not null && place.Leave())
            {
                nodes.Notify(new InboundAssociation(LinkOf(new Address(SchemeIdentifier, System.Name, HostOf(peer), from.Port), stream)));
                return;
            }
        }
        catch (Exception error) when (IsOfConnection(error))
        {
            if (error is AuthenticationException)
            {
                _log.Warning(Sentence, error.Message);
            }
            else if (error is OperationCanceledException && !_closing.IsCancellationRequested)
            {
                _log.Warning(Sentence, $"closed a connection from {peer}: it did not authenticate as a node within {ProveWithin.TotalSeconds:F0} s");
            }
        }

        place.Leave();
        socket.Dispose();
    }

    // Nothing, if the other side only looked whether this process lives; see ProcessProbe.
    private async Task<Stream?> ProvenAsync(Socket socket, string peer, CancellationToken cancellation)
    {
        var first = new byte[1];
        if (await socket.ReceiveAsync(first, SocketFlags.Peek, cancellation).ConfigureAwait(false) == 0)
        {
            return null;
        }

        var connection = new NetworkStream(socket, ownsSocket: true);
        return _tls is null ? connection
            : first[0] == TlsHandshakeRecord ? await _tls.AsServerAsync(connection, peer, cancellation).ConfigureAwait(false)
            : throw new AuthenticationException($"rejected a connection from {peer}: it is not TLS");
    }

    private NodeLink LinkOf(Address remote, Stream stream)
    {
        var link = new NodeLink(_address!, remote, stream, MaximumPayloadBytes);
        _links[link] = true;
        _ = link.Closed.ContinueWith(_ => _links.TryRemove(link, out var _), TaskScheduler.Default);
        if (_closing.IsCancellationRequested)
        {
            link.Close();
        }

        return link;
    }

    private static async Task<IPEndPoint> EndPointOfAsync(string host, int port)
    {
        var addresses = IPAddress.TryParse(host, out var ip) ? [ip] : await Dns.GetHostAddressesAsync(host).ConfigureAwait(false);
        return new IPEndPoint(addresses.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork) ?? addresses[0], port);
    }

    private static bool IsOfConnection(Exception error)
        => error is SocketException or IOException or AuthenticationException or OperationCanceledException or ObjectDisposedException;
}
