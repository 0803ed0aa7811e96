using LoadGen.Core.Handshakes;

namespace LoadGen.Core.Tallies;

/// <summary>Tallies as bytes: a version, then each part in a fixed order.</summary>
internal static class TallyCodec
{
    private const int Version = 3;

    /// <summary>A month of seconds: no run is longer, and no malformed tally may ask for more memory.</summary>
    private const int MostSeconds = 31 * 24 * 3600;

    public static byte[] Encode(Tally tally, IReadOnlyList<LatencyHistogram> phases, int firstInterval)
    {
        var writer = new TallyWriter();
        writer.Number(Version);
        writer.Number(tally.Targets.Count);
        writer.Number(tally.Profiles.Count);
        BooksCodec.Encode(tally.Books, writer);
        writer.Number(tally.Held.Connections);
        writer.Number(tally.Held.EndedByServer);
        tally.Response.Encode(writer);
        tally.Handshake.Encode(writer);
        tally.Lag.Encode(writer);
        foreach (var phase in phases)
        {
            phase.Encode(writer);
        }

        foreach (var group in tally.Targets.Concat(tally.Profiles).Concat(tally.Pairs))
        {
            group.Encode(writer);
        }

        foreach (var certificate in tally.Certificates)
        {
            Encode(certificate, writer);
        }

        writer.Number(tally.Negotiated.Count);
        foreach (var (negotiated, count) in tally.Negotiated)
        {
            NegotiatedCodec.Encode(negotiated, writer);
            writer.Number(count);
        }

        writer.Number(tally.Failures.Count);
        foreach (var (key, failure) in tally.Failures)
        {
            Encode(key, failure, writer);
        }

        writer.Number(tally.Intervals.Count);
        writer.Number(firstInterval);
        foreach (var interval in tally.Intervals)
        {
            interval.Encode(writer);
        }

        return writer.ToArray();
    }

    /// <summary>Reads all of the bytes and changes nothing: what passes can be merged without a surprise half-way.</summary>
    /// <returns>The books in them.</returns>
    /// <exception cref="TallyFormatException">They are not a tally of such a plan.</exception>
    public static Books Check(ReadOnlySpan<byte> bytes, int targets, int profiles)
    {
        var reader = new TallyReader(bytes);
        if (reader.Number() != Version || reader.Number() != targets || reader.Number() != profiles)
        {
            throw new TallyFormatException("the tally is of another version or another plan");
        }

        var books = BooksCodec.Decode(ref reader);
        _ = (reader.Count(), reader.Count());
        for (var histogram = 0; histogram < 3 + PhaseDurations.Count; histogram++)
        {
            LatencyHistogram.Check(ref reader, LatencyHistogram.Digits);
        }

        for (var group = 0; group < targets + profiles + Tally.PairsOf(targets, profiles); group++)
        {
            _ = BooksCodec.Decode(ref reader);
            LatencyHistogram.Check(ref reader, LatencyHistogram.Digits);
            LatencyHistogram.Check(ref reader, LatencyHistogram.Digits);
        }

        for (var target = 0; target < targets; target++)
        {
            _ = Certificate(ref reader);
        }

        for (var left = reader.Count(); left > 0; left--)
        {
            _ = (NegotiatedCodec.Decode(ref reader), reader.Count());
        }

        for (var left = reader.Count(); left > 0; left--)
        {
            _ = Failure(ref reader, targets);
        }

        var (intervals, _) = (reader.Index(MostSeconds), reader.Index(MostSeconds));
        for (; intervals > 0; intervals--)
        {
            IntervalTally.Check(ref reader);
        }

        return reader.IsAtEnd ? books : throw new TallyFormatException("the tally goes on after its end");
    }

    /// <summary>Merges bytes that passed <see cref="Check"/>.</summary>
    public static void MergeInto(Tally tally, ReadOnlySpan<byte> bytes)
    {
        var reader = new TallyReader(bytes);
        _ = (reader.Number(), reader.Number(), reader.Number());
        tally.Add(BooksCodec.Decode(ref reader));
        tally.Add(new HeldCount(reader.Count(), reader.Count()));
        tally.Response.MergeEncoded(ref reader);
        tally.Handshake.MergeEncoded(ref reader);
        tally.Lag.MergeEncoded(ref reader);
        for (var phase = 0; phase < PhaseDurations.Count; phase++)
        {
            tally.PhaseOf((Phase)phase).MergeEncoded(ref reader);
        }

        foreach (var group in tally.Targets.Concat(tally.Profiles).Concat(tally.Pairs))
        {
            group.MergeEncoded(ref reader);
        }

        for (var target = 0; target < tally.Targets.Count; target++)
        {
            if (Certificate(ref reader) is { } certificate)
            {
                tally.SetCertificate(target, certificate);
            }
        }

        for (var left = reader.Count(); left > 0; left--)
        {
            tally.Count(NegotiatedCodec.Decode(ref reader), reader.Count());
        }

        for (var left = reader.Count(); left > 0; left--)
        {
            var (key, count) = Failure(ref reader, tally.Targets.Count);
            tally.Count(key, count);
        }

        var (intervals, first) = (reader.Index(MostSeconds), reader.Index(MostSeconds));
        for (var i = 0; i < intervals; i++)
        {
            tally.IntervalAt(first + i).MergeEncoded(ref reader);
        }
    }

    private static CertificateSummary? Certificate(ref TallyReader reader)
    {
        if (reader.Text() is not { } subject)
        {
            return null;
        }

        var issuer = reader.Text() ?? "";
        var notAfter = reader.Number();
        return notAfter >= 0 && notAfter <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? new CertificateSummary(subject, issuer, DateTimeOffset.FromUnixTimeSeconds(notAfter), reader.Text() ?? "")
            : throw new TallyFormatException("a certificate's end of validity is out of range");
    }

    private static (FailureKey Key, FailureCount Count) Failure(ref TallyReader reader, int targets)
    {
        var key = new FailureKey(
            (FailureKind)reader.Index(FailureKindNames.All.Count),
            (Phase)reader.Index(PhaseDurations.Count),
            reader.Text(),
            (FaultSide)reader.Index((int)FaultSide.Generator + 1),
            reader.Index(targets));
        return (key, new FailureCount(reader.Count(), reader.Text() ?? ""));
    }

    private static void Encode(CertificateSummary? certificate, TallyWriter writer)
    {
        writer.Text(certificate?.Subject);
        if (certificate is not null)
        {
            writer.Text(certificate.Issuer);
            writer.Number(certificate.NotAfter.ToUnixTimeSeconds());
            writer.Text(certificate.KeyType);
        }
    }

    private static void Encode(FailureKey key, FailureCount failure, TallyWriter writer)
    {
        writer.Number((int)key.Kind);
        writer.Number((int)key.Phase);
        writer.Text(key.Alert);
        writer.Number((int)key.Side);
        writer.Number(key.Target);
        writer.Number(failure.Count);
        writer.Text(failure.Example);
    }
}
