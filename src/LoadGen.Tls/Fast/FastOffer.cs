using System.Text;
using LoadGen.Core.Plans;
using LoadGen.Tls.Certificates;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast;

/// <summary>An offer as this engine sends it. Shared by all connections.</summary>
internal sealed class FastOffer
{
    private readonly Offer _offer;
    private readonly InTurn<ClientCertificate> _certificates;
    private readonly ClientHello[] _hellos;

    /// <param name="offer">The offer.</param>
    /// <param name="certificates">The client certificates of its profile, to be used in turn; may be empty.</param>
    public FastOffer(Offer offer, IReadOnlyList<ClientCertificate> certificates)
    {
        _offer = offer;
        _certificates = new InTurn<ClientCertificate>(certificates);
        Suites = [.. offer.Suites.Select(SuiteParts.Of).OfType<SuiteParts>()];

        // Where the plan leaves the choice, what this machine has libraries for.
        Groups = [.. offer.Groups.Where(KeyAgreement.Supports)];
        KeyShares = offer.Profile.KeyShares is null ? [Groups[0]] : [.. offer.KeyShares];
        SignatureSchemes = [.. offer.SignatureSchemes.Where(Supports)];
        Protocols = [.. offer.Profile.Alpn.Select(protocol => (protocol, Encoding.UTF8.GetBytes(protocol)))];
        _hellos = [.. offer.Names.Select(name => new ClientHello(this, name))];
    }

    /// <summary>The groups that can be offered.</summary>
    public static IEnumerable<TlsGroup> SupportedGroups =>
        ((TlsGroup[])[TlsGroup.x25519, TlsGroup.secp256r1, TlsGroup.secp384r1, TlsGroup.secp521r1, TlsGroup.X25519MLKEM768, TlsGroup.SecP256r1MLKEM768])
            .Where(KeyAgreement.Supports);

    /// <summary>The signature schemes that can be offered; those of PKCS #1 are for the signatures of certificates (RFC 8446 section 4.2.3).</summary>
    public static IEnumerable<TlsSignatureScheme> SupportedSchemes => DefaultOffer.SignatureSchemes.Where(Supports);

    public Profile Profile => _offer.Profile;

    /// <summary>In order of preference.</summary>
    public SuiteParts[] Suites { get; }

    /// <summary>In order of preference.</summary>
    public TlsGroup[] Groups { get; }

    /// <summary>The groups that the first ClientHello has key shares for; may be empty.</summary>
    public TlsGroup[] KeyShares { get; }

    /// <summary>In order of preference.</summary>
    public TlsSignatureScheme[] SignatureSchemes { get; }

    /// <summary>The application protocols, in order of preference; may be empty.</summary>
    public IReadOnlyList<(string Name, byte[] Bytes)> Protocols { get; }

    /// <summary>The next client certificate; <see langword="null"/> if the profile has none.</summary>
    public ClientCertificate? NextCertificate() => _certificates.Next();

    /// <summary>The server name for the next handshake.</summary>
    public OfferedName NextName() => _offer.NextName();

    /// <summary>ClientHello for a name.</summary>
    public ClientHello HelloFor(OfferedName name) => _hellos[name.Index];

    /// <summary>The HTTP request for a name.</summary>
    public byte[] HttpRequestFor(OfferedName name) => _offer.HttpRequestFor(name);

    /// <summary>The offered application protocol that a server selected; <see langword="null"/> for one that was not offered.</summary>
    public string? ProtocolOf(ReadOnlySpan<byte> selected)
    {
        for (var i = 0; i < Protocols.Count; i++)
        {
            if (selected.SequenceEqual(Protocols[i].Bytes))
            {
                return Protocols[i].Name;
            }
        }

        return null;
    }

    private static bool Supports(TlsSignatureScheme scheme)
        => scheme is not (TlsSignatureScheme.ed25519 or TlsSignatureScheme.ed448) || (scheme == TlsSignatureScheme.ed25519 && Sodium.IsAvailable);
}
