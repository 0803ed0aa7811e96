using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.BouncyCastle.Crypto;

/// <summary>
/// The key shares of one connection slot. They are made ahead, when the handshake before is over and told, so that a waiting
/// arrival does not wait for them; each is used once, unless the profile's checks are lean. What is left at the end is the
/// finalizers': the slot may end while its last handshake is still under way on another thread.
/// </summary>
internal sealed class KeyShares(SlotChecks checks)
{
    private readonly Dictionary<int, TlsAgreement> _ahead = [];
    private readonly Dictionary<int, TlsAgreement> _kept = [];
    private readonly Dictionary<int, Func<TlsAgreement>> _makers = [];
    private readonly List<IDisposable> _used = [];

    /// <summary>The share of a group for the handshake under way.</summary>
    public TlsAgreement Take(int group, Func<TlsAgreement> make)
    {
        _makers[group] = make;
        if (checks.ReusesKeyShares)
        {
            return _kept.TryGetValue(group, out var kept) ? kept : _kept[group] = make();
        }

        if (!_ahead.Remove(group, out var share))
        {
            share = make();
        }

        if (share is IDisposable native)
        {
            _used.Add(native);
        }

        return share;
    }

    /// <summary>The handshake is over: its shares are not used any more.</summary>
    public void EndHandshake()
    {
        foreach (var native in _used)
        {
            native.Dispose();
        }

        _used.Clear();
    }

    /// <summary>Makes the shares of the groups that were used before.</summary>
    public void MakeAhead()
    {
        if (checks.ReusesKeyShares)
        {
            return;
        }

        foreach (var (group, make) in _makers)
        {
            if (!_ahead.ContainsKey(group))
            {
                var share = make();
                share.GenerateEphemeral();
                _ahead[group] = share;
            }
        }
    }
}
