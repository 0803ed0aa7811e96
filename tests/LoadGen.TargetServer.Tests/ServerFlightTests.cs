using CsCheck;

namespace LoadGen.TargetServer.Tests;

public sealed class ServerFlightTests
{
    private static readonly byte[] ChangeCipherSpec = Record(20, [1]);
    private static readonly byte[] EncryptedBytes = Record(23, new byte[90]);
    private static readonly byte[] HelloRetryRequest = ServerHello(Tls13Extensions(), random: Convert.FromHexString(
        "CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C"));

    private static readonly byte[] Certificate = Message(11, new byte[700]);
    private static readonly byte[] NewSessionTicket = Message(4, new byte[200]);

    private static readonly Dictionary<string, byte[]> Flights = new()
    {
        ["1.3 full"] = [.. Record(22, ServerHello(Tls13Extensions())), .. ChangeCipherSpec, .. EncryptedBytes],
        ["1.3 full, after a retry"] =
            [.. Record(22, HelloRetryRequest), .. ChangeCipherSpec, .. Record(22, ServerHello(Tls13Extensions())), .. EncryptedBytes],
        ["1.3 resumed"] = [.. Record(22, ServerHello(Tls13Extensions(preSharedKey: true))), .. ChangeCipherSpec, .. EncryptedBytes],
        ["1.3 resumed, after a retry"] =
            [.. Record(22, HelloRetryRequest), .. ChangeCipherSpec, .. Record(22, ServerHello(Tls13Extensions(preSharedKey: true)))],
        ["1.2 full"] = [.. Record(22, ServerHello(RenegotiationInfo())), .. Record(22, Certificate)],
        ["1.2 full, in one record"] = Record(22, [.. ServerHello(RenegotiationInfo()), .. Certificate]),
        ["1.2 full, without extensions"] = [.. Record(22, ServerHello(null)), .. Record(22, Certificate)],
        ["1.2 full, cut into small records"] = Records(22, [.. ServerHello(RenegotiationInfo()), .. Certificate], length: 10),
        ["1.2 resumed"] = [.. Record(22, ServerHello(RenegotiationInfo())), .. ChangeCipherSpec, .. Record(22, new byte[40])],
        ["1.2 resumed with a new ticket"] =
            [.. Record(22, ServerHello(RenegotiationInfo())), .. Record(22, NewSessionTicket), .. ChangeCipherSpec],
        ["an alert"] = Record(21, [2, 40]),
        ["a retry and no more"] = [.. Record(22, HelloRetryRequest), .. ChangeCipherSpec],
        ["1.2 ServerHello and no more"] = Record(22, ServerHello(RenegotiationInfo())),
        ["half a ServerHello"] = Record(22, ServerHello(RenegotiationInfo())[..30]),
    };

    [Theory]
    [InlineData("1.3 full", "Full")]
    [InlineData("1.3 full, after a retry", "Full")]
    [InlineData("1.3 resumed", "Resumed")]
    [InlineData("1.3 resumed, after a retry", "Resumed")]
    [InlineData("1.2 full", "Full")]
    [InlineData("1.2 full, in one record", "Full")]
    [InlineData("1.2 full, without extensions", "Full")]
    [InlineData("1.2 full, cut into small records", "Full")]
    [InlineData("1.2 resumed", "Resumed")]
    [InlineData("1.2 resumed with a new ticket", "Resumed")]
    [InlineData("an alert", "Unknown")]
    [InlineData("a retry and no more", "Unknown")]
    [InlineData("1.2 ServerHello and no more", "Unknown")]
    [InlineData("half a ServerHello", "Unknown")]
    public void Server_flight_tells_the_form_of_its_handshake(string flight, string form)
    {
        var observed = new ServerFlight();

        observed.Observe(Flights[flight]);

        Assert.Equal(Enum.Parse<HandshakeForm>(form), observed.Form);
    }

    [Fact]
    public void Form_is_the_same_wherever_writes_cut_the_flight()
    {
        var flightAndCuts =
            from name in Gen.Int[0, Flights.Count - 1].Select(index => Flights.Keys.ElementAt(index))
            from cuts in Gen.Int[1, Flights[name].Length].Array[0, 5]
            select (Flights[name], cuts);
        flightAndCuts.Sample((flight, cuts) =>
        {
            var whole = new ServerFlight();
            whole.Observe(flight);
            var pieces = new ServerFlight();
            var from = 0;
            foreach (var to in cuts.Append(flight.Length).Order())
            {
                pieces.Observe(flight.AsSpan(from..to));
                from = to;
            }

            return pieces.Form == whole.Form;
        });
    }

    private static byte[] ServerHello(byte[]? extensions, byte[]? random = null)
    {
        byte[] sessionId = [.. Enumerable.Repeat((byte)7, 32)];
        byte[] end = extensions is null ? [] : [.. UInt16(extensions.Length), .. extensions];
        return Message(2, [3, 3, .. random ?? new byte[32], (byte)sessionId.Length, .. sessionId, 0x13, 0x01, 0, .. end]);
    }

    private static byte[] Tls13Extensions(bool preSharedKey = false) =>
    [
        .. Extension(51, [0, 29, 0, 32, .. new byte[32]]),
        .. Extension(43, [3, 4]),
        .. preSharedKey ? Extension(41, [0, 0]) : [],
    ];

    private static byte[] RenegotiationInfo() => Extension(0xff01, [0]);

    private static byte[] Extension(int type, byte[] value) => [.. UInt16(type), .. UInt16(value.Length), .. value];

    private static byte[] Message(byte type, byte[] body) => [type, 0, .. UInt16(body.Length), .. body];

    private static byte[] Record(byte type, byte[] fragment) => [type, 3, 3, .. UInt16(fragment.Length), .. fragment];

    private static byte[] Records(byte type, byte[] bytes, int length)
        => [.. bytes.Chunk(length).SelectMany(fragment => Record(type, fragment))];

    private static byte[] UInt16(int value) => [(byte)(value >> 8), (byte)value];
}
