using LoadGen.Core.Plans;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Crypto;

/// <summary>How much of the current handshake of one connection slot is checked, and what is made anew for it.</summary>
internal sealed class SlotChecks
{
    // One in this many handshakes of lean checks has its signature verified.
    private const int LeanCheckEvery = 100;

    private int _handshakes;

    /// <summary>Whether the server's signature over the handshake is verified.</summary>
    public bool ChecksSignature { get; private set; } = true;

    /// <summary>Whether key shares of earlier handshakes may be used again.</summary>
    public bool ReusesKeyShares { get; private set; }

    /// <summary>Begins a handshake of a profile with these checks.</summary>
    public void Begin(Checks checks)
    {
        ReusesKeyShares = checks == Checks.Lean;
        ChecksSignature = !ReusesKeyShares || _handshakes++ % LeanCheckEvery == 0;
    }
}

/// <summary>
/// The key shares of one connection slot. They are made ahead, after the outcome of the previous handshake was reported, so that
/// an arrival does not wait for them; each is used once, unless the profile's checks are lean. Shares left over are freed by
/// their finalizers: a slot may end while its last handshake is still running on another thread.
/// </summary>
internal sealed class KeyShares(SlotChecks checks)
{
    private readonly Dictionary<TlsGroup, KeyAgreement> _ahead = [];
    private readonly Dictionary<TlsGroup, KeyAgreement> _reused = [];
    private readonly HashSet<TlsGroup> _wanted = [];
    private readonly List<KeyAgreement> _used = [];

    /// <summary>The share of a supported group for the current handshake; owned here.</summary>
    public KeyAgreement Take(TlsGroup group)
    {
        if (checks.ReusesKeyShares)
        {
            return _reused.TryGetValue(group, out var reused) ? reused : _reused[group] = KeyAgreement.Create(group);
        }

        _wanted.Add(group);
        if (!_ahead.Remove(group, out var share))
        {
            share = KeyAgreement.Create(group);
        }

        _used.Add(share);
        return share;
    }

    /// <summary>The handshake is over: frees its shares.</summary>
    public void EndHandshake()
    {
        foreach (var share in _used)
        {
            share.Dispose();
        }

        _used.Clear();
    }

    /// <summary>Makes shares for the groups that earlier handshakes used.</summary>
    public void MakeAhead()
    {
        if (checks.ReusesKeyShares)
        {
            return;
        }

        foreach (var group in _wanted)
        {
            if (!_ahead.ContainsKey(group))
            {
                _ahead[group] = KeyAgreement.Create(group);
            }
        }
    }
}
