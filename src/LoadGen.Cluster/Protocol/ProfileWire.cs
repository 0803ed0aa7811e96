using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;

namespace LoadGen.Cluster.Protocol;

/// <summary>Profiles as they travel.</summary>
internal static class ProfileWire
{
    public static Wire.Profile ToWire(Profile profile) => new()
    {
        Name = profile.Name,
        Weight = profile.Weight,
        TlsVersions = { profile.TlsVersions.Select(version => (int)version) },
        CipherSuites = { profile.CipherSuites },
        Groups = { profile.Groups },
        KeyShares = profile.KeyShares is { } shares ? new Wire.KeyShares { Groups = { shares } } : null,
        SignatureSchemes = { profile.SignatureSchemes },
        Alpn = { profile.Alpn },
        Resume = profile.Resume,
        Confirm = (Wire.Confirm)(int)profile.Confirm,
        LeanChecks = profile.Checks == Checks.Lean,
        Identities = { profile.Identities.Select(identity => new Wire.ClientIdentity { CertificatePem = identity.CertificatePem, KeyPem = identity.KeyPem }) },
        PreSharedKey = profile.PreSharedKey is { } key ? new Wire.PreSharedKey { Identity = key.Identity, KeyHex = key.KeyHex } : null,
        Ocsp = profile.Ocsp,
        PlainMasterSecret = !profile.ExtendedMasterSecret,
        HoldTicks = profile.Hold.Ticks,
    };

    public static Profile FromWire(Wire.Profile wire) => new()
    {
        Name = wire.Name,
        Weight = wire.Weight,
        TlsVersions = [.. wire.TlsVersions.Select(version => (TlsVersion)version)],
        CipherSuites = [.. wire.CipherSuites],
        Groups = [.. wire.Groups],
        KeyShares = wire.KeyShares is { } shares ? [.. shares.Groups] : null,
        SignatureSchemes = [.. wire.SignatureSchemes],
        Alpn = [.. wire.Alpn],
        Resume = wire.Resume,
        Confirm = (Confirm)(int)wire.Confirm,
        Checks = wire.LeanChecks ? Checks.Lean : Checks.Full,
        Identities = [.. wire.Identities.Select(identity => new ClientIdentity(identity.CertificatePem, identity.KeyPem))],
        PreSharedKey = wire.PreSharedKey is { } key ? new PreSharedKey(key.Identity, key.KeyHex) : null,
        Ocsp = wire.Ocsp,
        ExtendedMasterSecret = !wire.PlainMasterSecret,
        Hold = new TimeSpan(wire.HoldTicks),
    };
}
