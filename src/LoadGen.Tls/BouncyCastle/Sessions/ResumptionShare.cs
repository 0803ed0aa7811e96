namespace LoadGen.Tls.BouncyCastle.Sessions;

/// <summary>
/// Which handshakes of a profile offer to resume: exactly the given part of any number of them, spread evenly. A handshake
/// that should offer and has no session to offer yet is made up for by a later one.
/// </summary>
internal sealed class ResumptionShare(double share)
{
    // Percentages with up to four decimals are exact in whole numbers; in floating point 30 % of 10 is not always 3.
    private const long Whole = 1_000_000;

    private readonly long _part = (long)Math.Round(share * Whole);
    private readonly Lock _lock = new();
    private long _handshakes;
    private long _offers;

    /// <summary>Whether any handshake ever offers.</summary>
    public bool IsAny => _part > 0;

    /// <summary>Counts one more handshake, and says whether it is to offer.</summary>
    /// <param name="canOffer">Whether there is a session to offer.</param>
    public bool Next(bool canOffer)
    {
        lock (_lock)
        {
            _handshakes++;
            if (!canOffer || (_offers + 1) * Whole > _handshakes * _part)
            {
                return false;
            }

            _offers++;
            return true;
        }
    }
}
