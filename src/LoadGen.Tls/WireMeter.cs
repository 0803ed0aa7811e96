using System.Net.Sockets;
using LoadGen.Core.Handshakes;
using LoadGen.Tls.Dialling;

namespace LoadGen.Tls;

/// <summary>
/// Counts what one handshake after another costs on the network. One instance for one connection slot; nothing is allocated, and a
/// handshake costs one system call, for the size of segments, and one more in a hundred.
/// </summary>
internal sealed class WireMeter
{
    /// <summary>One handshake in so many has its connection looked at, the first of a slot among them.</summary>
    private const int SampleEvery = 100;

    private int _handshakes;
    private int _out;
    private int _in;
    private int _flights;
    private bool _isReceiving;

    // The server's flights that can be the one with ServerHello: the first, or behind a HelloRetryRequest the second.
    private int _firstFlight;
    private int _secondFlight;

    /// <summary>Begins a handshake.</summary>
    public void Begin() => (_out, _in, _flights, _isReceiving, _firstFlight, _secondFlight) = (0, 0, 0, true, 0, 0);

    /// <summary>Bytes of the handshake are sent.</summary>
    public void Sent(ReadOnlySpan<byte> bytes) => Sent(bytes.Length, startsFlight: !IsChangeCipherSpec(bytes));

    /// <summary>Bytes of the handshake, with a message of it among them, are sent.</summary>
    public void Sent(int count) => Sent(count, startsFlight: true);

    /// <summary>Bytes of the handshake were received.</summary>
    public void Received(int count)
    {
        if (count == 0)
        {
            return;
        }

        if (!_isReceiving)
        {
            (_flights, _isReceiving) = (_flights + 1, true);
        }

        _in += count;
        const int First = 2;
        if (_flights == First)
        {
            _firstFlight += count;
        }
        else if (_flights == First + 2)
        {
            _secondFlight += count;
        }
    }

    /// <summary>What the handshake cost, which is complete.</summary>
    /// <param name="socket">Its connection.</param>
    /// <param name="certificateBytes">The length of the server's Certificate message; 0 if there was none, or it was not seen.</param>
    /// <param name="isRetried">Whether the server sent a HelloRetryRequest.</param>
    public WireCost CostOf(Socket socket, int certificateBytes, bool isRetried)
    {
        var serverFlight = isRetried ? _secondFlight : _firstFlight;
        return new WireCost
        {
            BytesOut = _out,
            BytesIn = _in,
            CertificateBytes = certificateBytes > 0 ? certificateBytes : null,
            Flights = _flights,
            Retries = isRetried ? 1 : 0,
            ServerFlightSegments = TcpInformation.SegmentBytesOf(socket) is { } segment ? (serverFlight + segment - 1) / segment : null,
            Tcp = _handshakes++ % SampleEvery == 0 ? TcpInformation.SampleOf(socket) : null,
        };
    }

    private void Sent(int count, bool startsFlight)
    {
        if (count == 0)
        {
            return;
        }

        _out += count;
        if (_isReceiving && startsFlight)
        {
            (_flights, _isReceiving) = (_flights + 1, false);
        }
    }

    // RFC 8446 appendix D.4: one may go alone, as soon as ServerHello is read, which depends on how its flight is cut.
    private static bool IsChangeCipherSpec(ReadOnlySpan<byte> bytes) => bytes is [20, _, _, 0, 1, 1];
}
