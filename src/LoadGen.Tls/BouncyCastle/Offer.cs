using System.Net;
using System.Text;
using LoadGen.Core.Plans;
using LoadGen.Tls.BouncyCastle.Identities;
using LoadGen.Tls.BouncyCastle.Sessions;
using Org.BouncyCastle.Tls;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>
/// What a profile offers to a target, in the form that goes into ClientHello, and what is kept from one handshake of the two
/// to the next. One for each pair of them, shared by all connections.
/// </summary>
internal sealed class Offer
{
    private readonly Names[] _names;
    private uint _turn;

    /// <exception cref="ArgumentException">A client certificate cannot be used.</exception>
    public Offer(Target target, Profile profile)
    {
        Profile = profile;
        Versions = [.. profile.TlsVersions.OrderDescending().Select(TlsNames.Version)];
        Suites = profile.CipherSuites.Count > 0
            ? [.. profile.CipherSuites.Select(name => TlsNames.Suites[name])]
            : DefaultOffer.Suites(profile.TlsVersions, profile.PreSharedKey is not null);
        Groups = profile.Groups.Count > 0 ? [.. profile.Groups.Select(name => TlsNames.Groups[name])] : DefaultOffer.Groups(Suites);
        KeyShares = profile.KeyShares is { } shares ? [.. shares.Select(name => TlsNames.Groups[name])] : [Groups[0]];
        var schemes = profile.SignatureSchemes.Count > 0 ? profile.SignatureSchemes : [.. TlsNames.SignatureSchemes.Keys];
        SignatureAlgorithms = [.. schemes.Select(name => SignatureScheme.GetSignatureAndHashAlgorithm(TlsNames.SignatureSchemes[name]))];
        Alpn = [.. profile.Alpn.Select(ProtocolName.AsUtf8Encoding)];
        Identities = new ClientIdentities(profile);
        Resumption = new ResumptionShare(profile.Resume);
        _names = [.. new[] { target.ServerName }.Concat(target.FurtherServerNames).Select((name, i) => new Names(i, ServerNameOf(name)))];
    }

    public Profile Profile { get; }

    public ProtocolVersion[] Versions { get; }

    public int[] Suites { get; }

    public IList<int> Groups { get; }

    public IList<int> KeyShares { get; }

    public IList<SignatureAndHashAlgorithm> SignatureAlgorithms { get; }

    public IList<ProtocolName> Alpn { get; }

    public ClientIdentities Identities { get; }

    public ResumptionShare Resumption { get; }

    /// <summary>The names to ask for in the next handshake.</summary>
    public Names NextNames() => _names.Length == 1 ? _names[0] : _names[(Interlocked.Increment(ref _turn) - 1) % (uint)_names.Length];

    // RFC 6066 section 3: an IP address is no server name.
    private static ServerName[] ServerNameOf(string name)
        => IPAddress.TryParse(name, out _) ? [] : [new ServerName(NameType.host_name, Encoding.ASCII.GetBytes(name))];

    /// <summary>One of the target's server names.</summary>
    internal sealed class Names(int index, IList<ServerName> serverNames)
    {
        private StoredSession? _session;

        /// <summary>Its place among the target's names.</summary>
        public int Index => index;

        /// <summary>For the server_name extension; empty if the name cannot be sent.</summary>
        public IList<ServerName> ServerNames => serverNames;

        /// <summary>The newest session with a server of this name; <see langword="null"/> before there is one.</summary>
        public StoredSession? Session
        {
            get => Volatile.Read(ref _session);
            set => Volatile.Write(ref _session, value);
        }
    }
}
