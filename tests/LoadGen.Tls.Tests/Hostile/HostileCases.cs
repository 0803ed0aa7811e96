using System.Net.Sockets;
using LoadGen.Core.Handshakes;

namespace LoadGen.Tls.Tests.Hostile;

/// <summary>A server that does one thing wrong, and what must be told of it.</summary>
/// <param name="Name">What it does.</param>
/// <param name="Kind">The kind of failure.</param>
/// <param name="Phase">The phase that does not end.</param>
/// <param name="Alert">The alert, where one is part of the outcome on every engine; not the one that an engine may send.</param>
/// <param name="Script">What it does after the ClientHello.</param>
internal sealed record HostileCase(string Name, FailureKind Kind, Phase Phase, string? Alert, Func<RawTls13, Task> Script);

/// <summary>Every case.</summary>
internal static class HostileCases
{
    private const byte Hs = RawTls13.Handshake;

    public static IReadOnlyList<HostileCase> All { get; } =
    [
        // A change of keys (RFC 8446 section 5.1).
        Broken("never encrypts its flight", Phase.ServerFlight, async tls =>
        {
            var hello = tls.ServerHello();
            tls.UseHandshakeKeys();
            await tls.SendAsync(RawTls13.Record(Hs, [.. hello, .. tls.EncryptedExtensions(), .. tls.CertificateMessage(), .. tls.CertificateVerify(), .. tls.Finished()]));
        }),
        Broken("sends its flight in plain text, in records of its own", Phase.ServerFlight, async tls =>
        {
            var hello = tls.ServerHello();
            tls.UseHandshakeKeys();
            await tls.SendAsync(RawTls13.Record(Hs, hello), RawTls13.Record(Hs, [.. tls.EncryptedExtensions(), .. tls.CertificateMessage(), .. tls.CertificateVerify(), .. tls.Finished()]));
        }),
        Broken("begins EncryptedExtensions in the record of ServerHello", Phase.ServerFlight, async tls =>
        {
            var hello = tls.ServerHello();
            tls.UseHandshakeKeys();
            var extensions = tls.EncryptedExtensions();
            await tls.SendAsync(
                RawTls13.Record(Hs, [.. hello, .. extensions[..2]]), tls.Seal(Hs, [.. extensions[2..], .. tls.CertificateMessage(), .. tls.CertificateVerify(), .. tls.Finished()]));
        }),
        Flight("sends a ticket in the record of Finished", tls => [.. Good(tls), .. tls.Finished(), .. RawTls13.NewSessionTicket(16)]),
        Flight("begins a ticket in the record of Finished", tls => [.. Good(tls), .. tls.Finished(), .. RawTls13.NewSessionTicket(16)[..7]]),
        Flight("sends a KeyUpdate within its flight", tls => [.. Good(tls), 24, 0, 0, 1, 0, .. tls.Finished()]),

        // ServerHello and HelloRetryRequest (sections 4.1.3 and 4.1.4).
        Hello("chooses a suite that was not offered", tls => tls.ServerHello(suite: 0x1305)),
        Hello("chooses a suite of TLS 1.2", tls => tls.ServerHello(suite: RawTls12.Suite)),
        Hello("chooses a group that was not offered", tls => tls.ServerHello(group: 30)),
        Hello("echoes another session id", tls => tls.ServerHello(sessionId: new byte[32])),
        Hello("echoes a session id that is too long", tls => tls.ServerHello(sessionId: new byte[33])),
        Hello("compresses", tls => tls.ServerHello(compression: 1)),
        Hello("chooses TLS 1.4", tls => tls.ServerHello(selected: 0x0305)),
        Hello("chooses TLS 1.2 in supported_versions", tls => tls.ServerHello(selected: 0x0303)),
        Hello("says TLS 1.3 in the legacy version", tls => tls.ServerHello(version: 0x0304)),
        Hello("sends an extension that was not offered", tls => tls.ServerHello(more: RawTls13.Extension(0x1234, []))),
        Hello("sends an extension twice", tls => tls.ServerHello(more: RawTls13.Extension(43, [3, 4]))),
        Hello("sends an extension of EncryptedExtensions in ServerHello", tls => tls.ServerHello(more: RawTls13.Extension(0, []))),
        Broken("asks for a retry twice", Phase.ServerHello, async tls =>
        {
            await tls.SendAsync(RawTls13.Record(Hs, tls.HelloRetryRequest(24)));
            await tls.ReadClientHelloAsync();
            await tls.SendAsync(RawTls13.Record(Hs, tls.HelloRetryRequest(23)));
        }),
        Broken("asks for a retry with the group that it has a share of", Phase.ServerHello, tls => tls.SendAsync(RawTls13.Record(Hs, tls.HelloRetryRequest(29)))),
        Broken("asks for a retry with a group that was not offered", Phase.ServerHello, tls => tls.SendAsync(RawTls13.Record(Hs, tls.HelloRetryRequest(0x6a6a)))),
        Broken("cuts ServerHello short", Phase.ServerFlight, tls => tls.SendAsync(RawTls13.Record(Hs, [2, 0, 0, 40, .. tls.ServerHello()[4..44]]))),
        Broken("begins with EncryptedExtensions", Phase.ServerHello, tls => tls.SendAsync(RawTls13.Record(Hs, tls.EncryptedExtensions()))),
        Broken("sends a message of an unknown type", Phase.ServerHello, tls => tls.SendAsync(RawTls13.Record(Hs, [99, 0, 0, 0]))),

        // The encrypted flight.
        Flight("sends an extension in EncryptedExtensions that was not offered", tls => [.. tls.EncryptedExtensions(RawTls13.Extension(0x1234, [])), .. tls.CertificateMessage(), .. tls.CertificateVerify(), .. tls.Finished()]),
        Flight("sends key_share in EncryptedExtensions", tls => [.. tls.EncryptedExtensions(RawTls13.Extension(51, [0, 29, 0, 0])), .. tls.CertificateMessage(), .. tls.CertificateVerify(), .. tls.Finished()]),
        Flight("leaves out EncryptedExtensions", tls => [.. tls.CertificateMessage(), .. tls.CertificateVerify(), .. tls.Finished()]),
        Flight("leaves out its certificate", tls => [.. tls.EncryptedExtensions(), .. tls.Finished()]),
        Flight("leaves out CertificateVerify", tls => [.. tls.EncryptedExtensions(), .. tls.CertificateMessage(), .. tls.Finished()]),
        Flight("signs something else", tls => [.. tls.EncryptedExtensions(), .. tls.CertificateMessage(), .. tls.CertificateVerify(spoil: 1), .. tls.Finished()]),
        Flight("signs with a scheme that was not offered", tls => [.. tls.EncryptedExtensions(), .. tls.CertificateMessage(), .. tls.CertificateVerify(scheme: 0x0203), .. tls.Finished()]),
        Flight("signs with a scheme of another kind of key", tls => [.. tls.EncryptedExtensions(), .. tls.CertificateMessage(), .. tls.CertificateVerify(scheme: 0x0804), .. tls.Finished()]),
        Flight("sends a wrong Finished", tls => [.. Good(tls), .. tls.Finished(spoil: 1)]),
        Flight("sends a short Finished", tls => [.. Good(tls), 20, 0, 0, 12, .. new byte[12]]),
        Flight("asks for certificates twice", tls => [.. tls.EncryptedExtensions(), .. tls.CertificateRequest(), .. tls.CertificateRequest()]),
        new("sends a certificate that cannot be read", FailureKind.CertificateInvalid, Phase.ServerFlight, null, async tls =>
        {
            var hello = RawTls13.Record(Hs, tls.ServerHello());
            tls.UseHandshakeKeys();
            await tls.SendAsync(hello, tls.Seal(Hs, [.. tls.EncryptedExtensions(), .. tls.Message(11, [0, 0, 0, 9, 0, 0, 4, 0x30, 0x7f, 1, 2, 0, 0])]));
        }),
        Flight("sends no certificate in its list", tls => [.. tls.EncryptedExtensions(), .. tls.Message(11, [0, 0, 0, 0])]),

        // Records (section 5).
        Flight("ends its flight with a wrong tag", tls => [.. Good(tls), .. tls.Finished()], record => [.. record[..^1], (byte)(record[^1] ^ 1)]),
        Broken("sends an unencrypted alert after ServerHello's keys", Phase.ServerFlight, async tls =>
        {
            var hello = RawTls13.Record(Hs, tls.ServerHello());
            tls.UseHandshakeKeys();
            await tls.SendAsync(hello, RawTls13.Record(RawTls13.Handshake, tls.EncryptedExtensions()));
        }),
        Broken("changes its cipher before ServerHello", Phase.ServerHello, tls => tls.SendAsync(RawTls13.Record(RawTls13.ChangeCipherSpec, [1]))),
        Broken("changes its cipher with two bytes", Phase.ServerFlight, async tls =>
        {
            var hello = RawTls13.Record(Hs, tls.ServerHello());
            tls.UseHandshakeKeys();
            await tls.SendAsync(hello, RawTls13.Record(RawTls13.ChangeCipherSpec, [1, 1]));
        }),
        Broken("changes its cipher without end", Phase.ServerFlight, async tls =>
        {
            var hello = RawTls13.Record(Hs, tls.ServerHello());
            await tls.SendAsync([hello, .. Enumerable.Repeat(RawTls13.Record(RawTls13.ChangeCipherSpec, [1]), 200)]);
        }),
        Broken("sends empty handshake records without end", Phase.ServerHello, tls => tls.SendAsync([.. Enumerable.Repeat(RawTls13.Record(Hs, []), 200)])),
        Broken("sends application data before ServerHello", Phase.ServerHello, tls => tls.SendAsync(RawTls13.Record(RawTls13.ApplicationData, new byte[40]))),
        Broken("sends a record that is too long", Phase.ServerHello, tls => tls.SendAsync(RawTls13.Record(Hs, new byte[20_000]))),
        Broken("sends a message that is too long", Phase.ServerHello, async tls =>
        {
            await tls.SendAsync([.. Enumerable.Repeat(RawTls13.Record(Hs, [2, 1, 0xff, 0xff, .. new byte[16_000]]), 1), .. Enumerable.Repeat(RawTls13.Record(Hs, new byte[16_000]), 20)]);
        }),
        Broken("has a record version that is none of TLS", Phase.ServerHello, tls => tls.SendAsync(RawTls13.Record(Hs, tls.ServerHello(), version: 0x0703))),
        Broken("sends warnings without end", Phase.ServerHello, tls => tls.SendAsync([.. Enumerable.Repeat(RawTls13.Record(RawTls13.Alert, [1, 112]), 50)])),
        Broken("sends an alert of an unknown level", Phase.ServerHello, tls => tls.SendAsync(RawTls13.Record(RawTls13.Alert, [7, 40]))),

        // TLS 1.2 (RFC 5246, RFC 8446 section 4.1.3).
        Old("speaks TLS 1.2 with the mark of a downgrade", raw => raw.Flight(raw.ServerHello(marker: [.. "DOWNGRD"u8, 1]))),
        Old("chooses a suite of TLS 1.2 that was not offered", raw => raw.Flight(raw.ServerHello(suite: 0x0004))),
        Old("chooses a suite of TLS 1.3 in TLS 1.2", raw => raw.Flight(raw.ServerHello(suite: 0x1301))),
        Old("compresses in TLS 1.2", raw => raw.Flight(raw.ServerHello(compression: 1))),
        Old("chooses TLS 1.1", raw => raw.Flight(raw.ServerHello(version: 0x0302))),
        Old("renegotiates from the first handshake", raw => raw.Flight(raw.ServerHello(extensions: RawTls13.Extension(0xff01, [1, 7])))),
        Old("has content in the extended master secret", raw => raw.Flight(raw.ServerHello(extensions: [.. RawTls13.Extension(0xff01, [0]), .. RawTls13.Extension(23, [1])]))),
        Old("sends an extension of TLS 1.2 that was not offered", raw => raw.Flight(raw.ServerHello(extensions: [.. RawTls13.Extension(0xff01, [0]), .. RawTls13.Extension(0x1234, [])]))),
        Old("signs another key exchange", raw => raw.Flight(keyExchange: k => k.KeyExchange(spoil: 1))),
        Old("signs a key exchange with a scheme that was not offered", raw => raw.Flight(keyExchange: k => k.KeyExchange(scheme: 0x0303))),
        Old("chooses a group of TLS 1.2 that was not offered", raw => raw.Flight(keyExchange: k => k.KeyExchange(group: 22))),
        Old("leaves out its key exchange", raw => raw.Flight(keyExchange: _ => [])),
        Old("changes its cipher before it is due", raw => [.. RawTls13.Record(Hs, raw.ServerHello()), .. RawTls13.Record(RawTls13.ChangeCipherSpec, [1])]),

        Broken("sends a wrong Finished of TLS 1.2", Phase.ServerConfirmed, async tls =>
        {
            var raw = new RawTls12(tls);
            await tls.SendAsync(raw.Flight());
            await raw.FinishAsync(spoil: 1);
        }),
        Broken("sends a ticket of TLS 1.2 that it did not announce", Phase.ServerConfirmed, async tls =>
        {
            var raw = new RawTls12(tls);
            await tls.SendAsync(raw.Flight());
            await raw.FinishAsync(before: RawTls13.Record(Hs, [4, 0, 0, 9, 0, 0, 0, 9, 0, 3, 1, 2, 3]));
        }),

        // Other protocols.
        Broken("sends nothing that has a meaning", Phase.ServerHello, tls => tls.SendAsync([0x8f, 0x00, 0xff, 0x10, 0x7f, 0x01, 0x99])),
        Broken("sends zeros", Phase.ServerHello, tls => tls.SendAsync(new byte[1000])),
        Broken("answers with plain HTTP", Phase.ServerHello, tls => tls.SendAsync("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"u8.ToArray())),
        Broken("is an SSH server", Phase.ServerHello, tls => tls.SendAsync("SSH-2.0-OpenSSH_9.2\r\n"u8.ToArray())),
        Broken("is a mail server", Phase.ServerHello, tls => tls.SendAsync("220 mail.test ESMTP\r\n"u8.ToArray())),

        // How it ends.
        new("says nothing", FailureKind.HandshakeTimeout, Phase.ServerHello, null, tls => Task.CompletedTask),
        new("says nothing after a part of ServerHello", FailureKind.HandshakeTimeout, Phase.ServerHello, null, tls => tls.SendAsync(RawTls13.Record(Hs, tls.ServerHello())[..50])),
        new("says nothing after HelloRetryRequest", FailureKind.HandshakeTimeout, Phase.ServerHello, null, tls => tls.SendAsync(RawTls13.Record(Hs, tls.HelloRetryRequest(24)))),
        new("says nothing after ServerHello", FailureKind.HandshakeTimeout, Phase.ServerFlight, null, tls => tls.SendAsync(RawTls13.Record(Hs, tls.ServerHello()))),
        new("says nothing after ServerHelloDone", FailureKind.HandshakeTimeout, Phase.ServerConfirmed, null, tls => tls.SendAsync(new RawTls12(tls).Flight())),
        new("closes at once", FailureKind.ClosedEarly, Phase.ServerHello, null, tls =>
        {
            tls.Close();
            return Task.CompletedTask;
        }),
        new("resets at once", FailureKind.ConnectionReset, Phase.ServerHello, null, tls =>
        {
            tls.Reset();
            return Task.CompletedTask;
        }),
        new("resets after ServerHelloDone", FailureKind.ConnectionReset, Phase.ServerConfirmed, null, async tls =>
        {
            await tls.SendAsync(new RawTls12(tls).Flight());
            await tls.ReadAsync();
            tls.Reset();
        }),
        new("sends close_notify instead of ServerHello", FailureKind.ClosedEarly, Phase.ServerHello, null, tls => tls.SendAsync(RawTls13.Record(RawTls13.Alert, [1, 0]))),
        new("sends close_notify within its flight", FailureKind.ClosedEarly, Phase.ServerFlight, null, async tls =>
        {
            var hello = RawTls13.Record(Hs, tls.ServerHello());
            tls.UseHandshakeKeys();
            await tls.SendAsync(hello, tls.Seal(Hs, tls.EncryptedExtensions()), tls.Seal(RawTls13.Alert, [1, 0]));
        }),
        new("closes within ServerHello", FailureKind.ClosedEarly, Phase.ServerHello, null, async tls =>
        {
            await tls.SendAsync(RawTls13.Record(Hs, tls.ServerHello())[..30]);
            tls.Close();
        }),
        new("closes after ServerHello", FailureKind.ClosedEarly, Phase.ServerFlight, null, async tls =>
        {
            await tls.SendAsync(RawTls13.Record(Hs, tls.ServerHello()));
            tls.Close();
        }),
        new("resets after ServerHello", FailureKind.ConnectionReset, Phase.ServerFlight, null, async tls =>
        {
            await tls.SendAsync(RawTls13.Record(Hs, tls.ServerHello()));
            tls.Reset();
        }),
        new("sends a fatal alert under its keys", FailureKind.AlertReceived, Phase.ServerFlight, "internal_error", async tls =>
        {
            var hello = RawTls13.Record(Hs, tls.ServerHello());
            tls.UseHandshakeKeys();
            await tls.SendAsync(hello, tls.Seal(RawTls13.Alert, [2, 80]));
        }),
        new("sends an error as a warning under its keys", FailureKind.AlertReceived, Phase.ServerFlight, "access_denied", async tls =>
        {
            var hello = RawTls13.Record(Hs, tls.ServerHello());
            tls.UseHandshakeKeys();
            await tls.SendAsync(hello, tls.Seal(RawTls13.Alert, [1, 49]));
        }),
        new("closes after ServerHelloDone", FailureKind.ClosedEarly, Phase.ServerConfirmed, null, async tls =>
        {
            await tls.SendAsync(new RawTls12(tls).Flight());
            await tls.ReadAsync();
            tls.Close();
        }),
        new("sends a fatal alert after our Finished", FailureKind.AlertReceived, Phase.ServerConfirmed, "bad_record_mac", async tls =>
        {
            await tls.SendAsync(new RawTls12(tls).Flight());
            await tls.ReadAsync();
            await tls.SendAsync(RawTls13.Record(RawTls13.Alert, [2, 20]));
        }),
        Broken("sends a Finished of TLS 1.2 that cannot be decrypted", Phase.ServerConfirmed, async tls =>
        {
            await tls.SendAsync(new RawTls12(tls).Flight());
            await tls.ReadAsync();
            await tls.SendAsync(RawTls13.Record(RawTls13.ChangeCipherSpec, [1]), RawTls13.Record(Hs, new byte[40]));
        }),
        Broken("sends a Finished of TLS 1.2 in plain text", Phase.ServerConfirmed, async tls =>
        {
            await tls.SendAsync(new RawTls12(tls).Flight());
            await tls.ReadAsync();
            await tls.SendAsync(RawTls13.Record(Hs, [20, 0, 0, 12, .. new byte[12]]));
        }),
    ];

    /// <summary>What sslstream makes of those servers that it takes another way, and why.</summary>
    public static IReadOnlyDictionary<string, (string Outcome, string Reason)> OfSslStream { get; } = new Dictionary<string, (string, string)>
    {
        ["says TLS 1.3 in the legacy version"] = (Completed, "OpenSSL does not look at legacy_version once supported_versions has chosen"),
        ["sends an extension that was not offered"] = (Completed, "OpenSSL ignores extensions that it does not know"),
        ["sends an extension in EncryptedExtensions that was not offered"] = (Completed, "OpenSSL ignores extensions that it does not know"),
        ["sends an extension of TLS 1.2 that was not offered"] = ("closed_early in server_confirmed", "OpenSSL ignores extensions that it does not know"),
        ["has content in the extended master secret"] = ("closed_early in server_confirmed", "OpenSSL does not look at the content of extended_master_secret"),
    };

    public const string Completed = "completed";

    private static HostileCase Broken(string name, Phase phase, Func<RawTls13, Task> script) => new(name, FailureKind.ProtocolError, phase, null, script);

    // A ServerHello that is rejected has been received. What follows is as it should be.
    private static HostileCase Hello(string name, Func<RawTls13, byte[]> hello) => Broken(name, Phase.ServerFlight, async tls =>
    {
        var record = RawTls13.Record(Hs, hello(tls));
        tls.UseHandshakeKeys();
        await tls.SendAsync(record, tls.Seal(Hs, [.. Good(tls), .. tls.Finished()]));
    });

    // What follows is as it should be, so that a client who does not mind completes.
    private static HostileCase Old(string name, Func<RawTls12, byte[]> flight) => Broken(name, Phase.ServerFlight, async tls =>
    {
        await tls.SendAsync(flight(new RawTls12(tls)));
        await tls.ReadAsync();
        tls.Close();
    });

    private static HostileCase Flight(string name, Func<RawTls13, byte[]> flight, Func<byte[], byte[]>? spoil = null) => Broken(name, Phase.ServerFlight, async tls =>
    {
        var hello = RawTls13.Record(Hs, tls.ServerHello());
        tls.UseHandshakeKeys();
        var record = tls.Seal(Hs, flight(tls));
        await tls.SendAsync(hello, spoil?.Invoke(record) ?? record);
    });

    private static byte[] Good(RawTls13 tls) => [.. tls.EncryptedExtensions(), .. tls.CertificateMessage(), .. tls.CertificateVerify()];
}
