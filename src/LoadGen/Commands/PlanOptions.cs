using System.CommandLine;
using LoadGen.Core.Plans;

namespace LoadGen.Commands;

/// <summary>The flags that describe a run, and the plan file they override.</summary>
internal sealed class PlanOptions
{
    private readonly Argument<string?> _file = new("PLAN.yaml")
    {
        Description = "The plan; flags override it.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string[]> _targets = List("--target", "HOST:PORT", "What to load; repeatable.");
    private readonly Option<string?> _rate = Text("--rate", "N", "Open load: arrivals per second, such as 300 or 2000/s.");
    private readonly Option<string?> _concurrency = Text("--concurrency", "N", "Closed load: this many connections in a loop.");
    private readonly Option<string?> _duration = Text("--duration", "DURATION", "How long, such as 30s or 5m.");
    private readonly Option<string?> _count = Text("--count", "N", "No more handshakes than this.");
    private readonly Option<string?> _engine = Text("--engine", "NAME", "TLS client: bouncycastle (default) or sslstream.");
    private readonly Option<string?> _crypto = Text("--crypto", "WHOSE", "Cryptography of bouncycastle: native (default) or managed.");
    private readonly Option<string[]> _tls = List("--tls", "VERSION", "Versions to offer: 1.2, 1.3; by default both.");
    private readonly Option<string[]> _ciphers = List("--cipher", "SUITE", "Cipher suites to offer, by IANA name, in order.");
    private readonly Option<string[]> _groups = List("--group", "GROUP", "Groups to offer, such as x25519 or secp256r1, in order.");
    private readonly Option<string[]> _signatures = List("--sigalg", "SCHEME", "Signature schemes to offer, by IANA name, in order.");
    private readonly Option<string[]> _serverNames = List("--servername", "NAME", "Name to ask for (SNI) and to find in the certificate; several are taken in turn.");
    private readonly Option<string[]> _alpn = List("--alpn", "PROTOCOL", "Application protocols to offer, in order.");
    private readonly Option<string[]> _keyShares = List("--key-share", "GROUP", "Groups to send key shares for, or none; by default the first group.");
    private readonly Option<string?> _resume = Text("--resume", "PERCENT", "Part of the handshakes that offer to resume a session, such as 30%.");
    private readonly Option<string[]> _certs = List("--cert", "FILE[:PASSWORD]", "Client certificate, PEM or PKCS #12; several are shown in turn.");
    private readonly Option<string[]> _keys = List("--key", "FILE", "Private key of the --cert before it, if its file has none.");
    private readonly Option<string?> _psk = Text("--psk", "IDENTITY:HEX", "External pre-shared key.");
    private readonly Option<bool> _ocsp = new("--ocsp") { Description = "Ask for a stapled OCSP response, and report whether it came." };
    private readonly Option<string?> _confirm = Text("--confirm", "WHAT", "What must come back: none (default), http (first byte of an answer) or close (close_notify).");
    private readonly Option<string?> _checks = Text("--checks", "EXTENT", "full (default), or lean: key shares reused, one signature in 100 checked.");
    private readonly Option<string?> _hold = Text("--hold", "DURATION", "Keep each connection open this long after its handshake.");
    private readonly Option<string?> _startTls = Text("--starttls", "PROTOCOL", "Protocol before TLS: smtp, imap, pop3, ldap, postgres, mysql, ftp or xmpp.");
    private readonly Option<string?> _caCert = Text("--cacert", "FILE", "PEM file of the authorities to trust; by default the system's.");
    private readonly Option<bool> _insecure = new("--insecure") { Description = "Accept any certificate." };
    private readonly Option<string?> _close = Text("--close", "HOW", "End connections by rst (default), fin or notify.");
    private readonly Option<string?> _timeout = Text("--timeout", "DURATION", "Deadline of one handshake; by default 10s.");
    private readonly Option<string?> _maxConnections = Text("--max-connections", "N", "Most connections open at once; by default 1000.");
    private readonly Option<string[]> _failOn = List("--fail-on", "CONDITION", "Threshold, such as 'p99<50ms' or 'failures<0.1%'; repeatable.");
    private readonly Option<string[]> _authorize = List("--authorize", "HOST|CIDR", "Public address that you may load; repeatable.");

    public void AddTo(Command command)
    {
        command.Add(_file);
        foreach (var option in (Option[])
            [
                _targets, _rate, _concurrency, _duration, _count, _engine, _crypto, _tls, _ciphers, _groups, _signatures, _serverNames, _alpn,
                _keyShares, _resume, _certs, _keys, _psk, _ocsp, _confirm, _checks, _hold, _startTls, _caCert, _insecure, _close, _timeout, _maxConnections, _failOn, _authorize,
            ])
        {
            command.Add(option);
        }
    }

    /// <summary>The plan file that was named, if one was.</summary>
    public string? FileOf(ParseResult parse) => parse.GetValue(_file);

    /// <summary>Whether the command line names a target.</summary>
    public bool NamesTarget(ParseResult parse) => parse.GetValue(_targets) is { Length: > 0 };

    /// <summary>The flags as they were written.</summary>
    public PlanFlags FlagsOf(ParseResult parse) => new()
    {
        Targets = parse.GetValue(_targets) ?? [],
        Rate = parse.GetValue(_rate),
        Concurrency = parse.GetValue(_concurrency),
        Duration = parse.GetValue(_duration),
        Count = parse.GetValue(_count),
        Engine = parse.GetValue(_engine),
        Crypto = parse.GetValue(_crypto),
        TlsVersions = parse.GetValue(_tls) ?? [],
        CipherSuites = parse.GetValue(_ciphers) ?? [],
        Groups = parse.GetValue(_groups) ?? [],
        SignatureSchemes = parse.GetValue(_signatures) ?? [],
        ServerNames = parse.GetValue(_serverNames) ?? [],
        KeyShares = parse.GetValue(_keyShares) ?? [],
        Resume = parse.GetValue(_resume),
        Confirm = parse.GetValue(_confirm),
        Checks = parse.GetValue(_checks),
        Ocsp = parse.GetValue(_ocsp),
        Hold = parse.GetValue(_hold),
        PreSharedKey = parse.GetValue(_psk),
        Certificates = parse.GetValue(_certs) ?? [],
        Keys = parse.GetValue(_keys) ?? [],
        StartTls = parse.GetValue(_startTls),
        Alpn = parse.GetValue(_alpn) ?? [],
        CaCert = parse.GetValue(_caCert),
        Insecure = parse.GetValue(_insecure),
        Close = parse.GetValue(_close),
        Timeout = parse.GetValue(_timeout),
        MaxConnections = parse.GetValue(_maxConnections),
        FailOn = parse.GetValue(_failOn) ?? [],
        Authorize = parse.GetValue(_authorize) ?? [],
    };

    private static Option<string?> Text(string name, string value, string description)
        => new(name) { HelpName = value, Description = description };

    private static Option<string[]> List(string name, string value, string description)
        => new(name) { HelpName = value, Description = description, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };
}
