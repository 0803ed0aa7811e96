using LoadGen.Tls.Tests.Hostile;

namespace LoadGen.Tls.Tests.Fuzz;

/// <summary>What is changed in a case: messages, by their type, and what is made of them. One or two of these, so that the rest of a flight is right.</summary>
internal enum Change
{
    HelloRetryRequest = 1,
    ServerHello = 2,
    NewSessionTicket = 4,
    EncryptedExtensions = 8,
    Certificate = 11,
    ServerKeyExchange = 12,
    CertificateRequest = 13,
    ServerHelloDone = 14,
    CertificateVerify = 15,
    Finished = 20,
    Sequence = 100,
    Records,
    Wire,
    Later,
}

/// <summary>
/// A server that sends a TLS 1.3 flight with changes in it. A message is changed before it is part of the transcript, so that signatures and Finished
/// still fit, and before it is encrypted, with the right keys.
/// </summary>
internal sealed class FuzzedServer(RawTls13 tls, Changer changer, IReadOnlySet<Change> changes)
{
    private const int MostContent = 1 << 14;
    private static readonly byte[] CloseNotify = [1, 0];

    private static readonly byte[][] Answers =
    [
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), "HTTP/1.1 503 Service Unavailable\r\n\r\n"u8.ToArray(), "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"u8.ToArray(),
        "HTTP/2 200\r\n"u8.ToArray(), "SSH-2.0-OpenSSH_9.2\r\n"u8.ToArray(),
    ];

    /// <summary>HelloRetryRequest for x25519, with a cookie or without.</summary>
    public byte[] Retry(bool mayKeepShare)
    {
        tls.Change = (_, body) => Changed(Change.HelloRetryRequest, 2, body, isTls12: false);
        var needsCookie = mayKeepShare && tls.ClientShare.Length > 0;
        var message = tls.HelloRetryRequest(needsCookie ? null : (ushort)29, needsCookie || changer.OneIn(2) ? changer.RandomBytes(1 + changer.Next(300)) : null);
        return Wire(Plain([message]));
    }

    /// <summary>ServerHello to Finished.</summary>
    /// <param name="protocol">The application protocol to select; empty for none.</param>
    /// <param name="wantsCertificate">Whether the client is asked for a certificate.</param>
    public byte[] Flight(string protocol, bool wantsCertificate)
    {
        tls.Change = (type, body) => Changed((Change)type, type, body, isTls12: false);
        var hello = Plain([tls.ServerHello()]);
        if (changer.OneIn(2))
        {
            hello.AddRange(RawTls13.Record(RawTls13.ChangeCipherSpec, [1]));
        }

        tls.UseHandshakeKeys();
        byte[] name = [(byte)protocol.Length, .. protocol.Select(letter => (byte)letter)];
        List<byte[]> messages = [tls.EncryptedExtensions(protocol.Length > 0 ? RawTls13.Extension(16, [.. RawTls13.U16(name.Length), .. name]) : [])];
        if (wantsCertificate)
        {
            messages.Add(tls.CertificateRequest());
        }

        messages.AddRange([tls.CertificateMessage(), tls.CertificateVerify(), tls.Finished()]);
        if (changes.Contains(Change.Sequence))
        {
            changer.Sequence(messages);
        }

        var flight = Sealed(RawTls13.Handshake, messages);
        tls.UseApplicationKeys();
        return Wire([.. hello, .. flight]);
    }

    /// <summary>ServerHello to ServerHelloDone of TLS 1.2.</summary>
    /// <param name="raw">The server of the handshake.</param>
    /// <param name="givesTicket">Whether a ticket is announced.</param>
    public byte[] Flight12(RawTls12 raw, bool givesTicket)
    {
        tls.Change = (type, body) => Changed((Change)type, type, body, isTls12: true);
        List<byte[]> messages = [raw.ServerHello(extensions: Extensions12(givesTicket)), raw.Certificate(), raw.KeyExchange(), raw.Done()];
        if (changes.Contains(Change.Sequence))
        {
            changer.Sequence(messages);
        }

        return Wire(Plain(messages));
    }

    /// <summary>The answer to the client's flight of TLS 1.2; <see langword="null"/> if the two have no keys in common.</summary>
    /// <param name="raw">The server of the handshake.</param>
    /// <param name="records">The client's flight.</param>
    /// <param name="givesTicket">Whether a ticket was announced.</param>
    public byte[]? Answer12(RawTls12 raw, IReadOnlyList<byte[]> records, bool givesTicket)
    {
        const int MostBytesOfShare = 5 + 4 + 1 + 32;
        return records is [{ Length: MostBytesOfShare } exchange, _, var finished] && raw.Finish(exchange, finished, ticket: givesTicket ? changer.RandomBytes(1 + changer.Next(200)) : null) is { } answer
            ? Wire([.. answer])
            : null;
    }

    /// <summary>The flight of an abbreviated handshake of TLS 1.2.</summary>
    /// <param name="raw">The server of the handshake.</param>
    /// <param name="master">The master secret of the session.</param>
    public byte[] Resume12(RawTls12 raw, byte[] master)
    {
        tls.Change = (type, body) => Changed((Change)type, type, body, isTls12: true);
        var givesTicket = changer.OneIn(2);
        var hello = raw.ServerHello(extensions: Extensions12(givesTicket), sessionId: tls.SessionId);
        return Wire([.. raw.Resume(master, hello, givesTicket ? changer.RandomBytes(1 + changer.Next(200)) : null)]);
    }

    private static byte[] Extensions12(bool givesTicket) => [.. RawTls12.Usual, .. givesTicket ? RawTls13.Extension(35, []) : []];

    /// <summary>What comes after the handshake, with the answer to the client's question at its end.</summary>
    /// <param name="isHttp">Whether an HTTP request was the question.</param>
    public byte[] Later(bool isHttp)
    {
        tls.Change = null;
        var records = new List<byte>();
        for (var i = changer.Next(4); i > 0; i--)
        {
            records.AddRange(changer.Next(4) switch
            {
                0 => tls.KeyUpdate(changer.OneIn(2)),
                1 when !isHttp => tls.Seal(RawTls13.ApplicationData, changer.RandomBytes(changer.Next(100))),
                _ => Sealed(RawTls13.Handshake, [Ticket()]),
            });
        }

        if (changes.Contains(Change.Later))
        {
            List<byte[]> messages = [Ticket()];
            changer.Sequence(messages);
            records.AddRange(changer.Next(3) switch
            {
                0 => tls.Seal(RawTls13.Alert, changer.RandomBytes(changer.OneIn(3) ? changer.Next(5) : 2)),
                1 => tls.Seal((byte)changer.Next(256), changer.RandomBytes(changer.Next(40))),
                _ => Sealed(RawTls13.Handshake, messages),
            });
        }

        if (isHttp)
        {
            var answer = Answers[changes.Contains(Change.Later) ? changer.Next(Answers.Length) : 0];
            records.AddRange(tls.Seal(RawTls13.ApplicationData, changes.Contains(Change.Later) && changer.OneIn(2) ? changer.Bytes(answer) : answer));
        }

        records.AddRange(tls.Seal(RawTls13.Alert, CloseNotify));
        return Wire(records);
    }

    private byte[] Ticket()
    {
        var ticket = RawTls13.NewSessionTicket(1 + changer.Next(300));
        var body = Changed(Change.NewSessionTicket, 4, ticket[4..], isTls12: false);
        return [4, .. RawTls13.U24(body.Length), .. body];
    }

    private byte[] Changed(Change change, byte type, byte[] body, bool isTls12) => changes.Contains(change) ? changer.Body(type, body, isTls12) : body;

    private List<byte> Plain(List<byte[]> messages) => InRecords(RawTls13.Handshake, messages, (type, content) => RawTls13.Record(type, content));

    private List<byte> Sealed(byte type, List<byte[]> messages) => InRecords(type, messages, (kind, content) => tls.Seal(kind, content));

    // Cut anywhere, which is allowed, with padding behind it, which is too where it can be: Seal adds its type behind what looks like content.
    private List<byte> InRecords(byte type, List<byte[]> messages, Func<byte, byte[], byte[]> wrap)
    {
        byte[] content = [.. messages.SelectMany(message => message)];
        var records = new List<byte>();
        var isCut = changer.OneIn(3);
        for (var at = 0; at < content.Length;)
        {
            if (changes.Contains(Change.Records) && changer.OneIn(3))
            {
                records.AddRange(StrangeRecord(wrap));
            }

            var length = Math.Min(content.Length - at, isCut ? 1 + changer.Next(changer.OneIn(2) ? 3 : 500) : MostContent);
            records.AddRange(wrap(type, content[at..(at + length)]));
            at += length;
        }

        return records;
    }

    private byte[] StrangeRecord(Func<byte, byte[], byte[]> wrap) => changer.Next(9) switch
    {
        0 => wrap((byte)changer.Next(256), changer.RandomBytes(changer.Next(20))),
        1 => wrap(RawTls13.Handshake, []),
        2 => RawTls13.Record(RawTls13.ChangeCipherSpec, changer.OneIn(3) ? changer.RandomBytes(changer.Next(3)) : [1]),
        3 => wrap(RawTls13.Alert, [(byte)changer.Next(4), (byte)changer.Next(256)]),
        4 => RawTls13.Record((byte)(20 + changer.Next(5)), changer.RandomBytes(changer.Next(60)), (ushort)changer.Next(65_536)),
        5 => wrap(RawTls13.ApplicationData, new byte[MostContent - 1 + changer.Next(3)]),
        6 => RawTls13.Record(RawTls13.ApplicationData, new byte[MostContent + 255 + changer.Next(3)]),
        7 => [.. Enumerable.Repeat(wrap(RawTls13.ApplicationData, []), 40).SelectMany(record => record)],
        _ => wrap(0, new byte[changer.Next(20)]),
    };

    private byte[] Wire(List<byte> records) => changes.Contains(Change.Wire) ? changer.Bytes([.. records]) : [.. records];
}
