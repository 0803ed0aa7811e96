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

    public static void MergeInto(Tally tally, ReadOnlySpan<byte> bytes)
    {
        var reader = new TallyReader(bytes);
        if (reader.Number() != Version || reader.Number() != tally.Targets.Count || reader.Number() != tally.Profiles.Count)
        {
            throw new TallyFormatException("the tally is of another version or another plan");
        }

        tally.Add(BooksCodec.Decode(ref reader));
        tally.Add(new HeldCount(reader.Number(), reader.Number()));
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

        MergeCertificates(tally, ref reader);
        MergeCounts(tally, ref reader);
        MergeIntervals(tally, ref reader);
        if (!reader.IsAtEnd)
        {
            throw new TallyFormatException("the tally goes on after its end");
        }
    }

    private static void MergeCertificates(Tally tally, ref TallyReader reader)
    {
        for (var target = 0; target < tally.Targets.Count; target++)
        {
            if (reader.Text() is not { } subject)
            {
                continue;
            }

            var issuer = reader.Text() ?? "";
            var notAfter = reader.Number();
            if (notAfter < 0 || notAfter > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            {
                throw new TallyFormatException("a certificate's end of validity is out of range");
            }

            tally.SetCertificate(
                target, new CertificateSummary(subject, issuer, DateTimeOffset.FromUnixTimeSeconds(notAfter), reader.Text() ?? ""));
        }
    }

    private static void MergeCounts(Tally tally, ref TallyReader reader)
    {
        for (var left = reader.Number(); left > 0; left--)
        {
            tally.Count(NegotiatedCodec.Decode(ref reader), reader.Number());
        }

        for (var left = reader.Number(); left > 0; left--)
        {
            var key = new FailureKey(
                (FailureKind)reader.Index(FailureKindNames.All.Count),
                (Phase)reader.Index(PhaseDurations.Count),
                reader.Text(),
                (FaultSide)reader.Index((int)FaultSide.Generator + 1),
                reader.Index(tally.Targets.Count));
            tally.Count(key, new FailureCount(reader.Number(), reader.Text() ?? ""));
        }
    }

    private static void MergeIntervals(Tally tally, ref TallyReader reader)
    {
        var intervals = reader.Index(MostSeconds);
        var first = reader.Index(MostSeconds);
        for (var i = 0; i < intervals; i++)
        {
            tally.IntervalAt(first + i).MergeEncoded(ref reader);
        }
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
