using LoadGen.Core.Plans;

namespace LoadGen.Tls.BouncyCastle.Identities;

/// <summary>The client certificates of a profile, taken in turn.</summary>
internal sealed class ClientIdentities
{
    private readonly ClientKey[] _keys;
    private uint _turn;

    /// <exception cref="ArgumentException">A certificate or key cannot be used.</exception>
    public ClientIdentities(Profile profile)
    {
        _keys = [.. profile.Identities.Select(identity => new ClientKey(identity))];
    }

    /// <summary>The next one; <see langword="null"/> if the profile has none.</summary>
    public ClientKey? Next() => _keys.Length switch
    {
        0 => null,
        1 => _keys[0],
        _ => _keys[(Interlocked.Increment(ref _turn) - 1) % (uint)_keys.Length],
    };
}
