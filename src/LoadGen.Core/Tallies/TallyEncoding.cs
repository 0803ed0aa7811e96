using System.Buffers;
using Google.Protobuf;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;

namespace LoadGen.Core.Tallies;

/// <summary>A tally from elsewhere, all of which was checked: merging it cannot fail half-way.</summary>
public sealed class EncodedTally
{
    private EncodedTally(Wire.Tally message, Books books)
    {
        Message = message;
        Books = books;
    }

    /// <summary>What became of everything that ended in it.</summary>
    public Books Books { get; }

    internal Wire.Tally Message { get; }

    /// <summary>Reads what <see cref="Tally.Encode"/> gave. The bytes come from the network: nothing in them is believed.</summary>
    /// <param name="bytes">The tally.</param>
    /// <param name="targets">How many targets the plan has.</param>
    /// <param name="profiles">How many profiles the plan has.</param>
    /// <exception cref="TallyFormatException">They are not a tally of such a plan.</exception>
    public static EncodedTally Parse(ReadOnlySpan<byte> bytes, int targets, int profiles)
    {
        var (message, books) = TallyEncoding.Parse(bytes, targets, profiles);
        return new EncodedTally(message, books);
    }
}

/// <summary>
/// Tallies as bytes, and bytes from other nodes as messages that can be merged: all of a message is checked before anything is
/// done with it, so that a bad report changes nothing.
/// </summary>
internal static class TallyEncoding
{
    /// <summary>A month of seconds: no run is longer, and no malformed tally may ask for more memory.</summary>
    private const int MostSeconds = 31 * 24 * 3600;

    /// <summary>More than any run counts, and so little that sums of it do not overflow.</summary>
    private const long MostCounted = 1L << 48;

    private static readonly MessageParser<Wire.Tally> Parser = Wire.Tally.Parser.WithDiscardUnknownFields(true);

    public static byte[] Encode(Tally tally, IEnumerable<GroupTally> groups, IEnumerable<LatencyHistogram> phases)
    {
        var scratch = new ArrayBufferWriter<byte>(4096);
        var message = new Wire.Tally
        {
            Targets = tally.TargetCount,
            Profiles = tally.ProfileCount,
            Lost = tally.Books.Lost,
            Held = tally.Held.Connections,
            HeldEndedByServer = tally.Held.EndedByServer,
            RestedMilliseconds = tally.RestedMilliseconds,
            Primed = tally.Priming.Completed,
            PrimingFailed = tally.Priming.Failed,
            Lag = BytesOf(tally.Lag, scratch),
            FirstSecond = tally.FirstInterval,
            WireCosts = MessageOf(tally.WireCosts, scratch),
        };
        message.Groups.AddRange(groups.Select(group => new Wire.Group
        {
            Completed = group.Books.Completed,
            Partial = group.Books.Partial,
            Failed = group.Books.Failed,
            Dropped = group.Books.Dropped,
            Response = BytesOf(group.Response, scratch),
            Handshake = BytesOf(group.Handshake, scratch),
        }));
        message.Partial.AddRange(tally.Partial.Where(each => each.Count + each.Kept + each.Closed + each.Reset > 0).Select(each => new Wire.Partial
        {
            StoppedAfter = (int)each.StoppedAfter,
            Count = each.Count,
            Kept = each.Kept,
            Closed = each.Closed,
            Reset = each.Reset,
            EndedAfter = BytesOf(each.EndedAfter, scratch),
        }));
        message.Phases.AddRange(phases.Select(phase => BytesOf(phase, scratch)));
        for (var target = 0; target < tally.TargetCount; target++)
        {
            if (tally.Certificates[target] is { } certificate)
            {
                message.Certificates.Add(MessageOf(target, certificate));
            }
        }

        // In an order of their own, not in that of their coming: tallies that hold the same are the same bytes. What stands for others
        // comes last, so that it takes no place of one that is counted for itself.
        message.Negotiated.AddRange(InOrder(tally.Negotiated).Select(each => MessageOf(each.Key, each.Value)));
        message.Failures.AddRange(InOrder(tally.Failures).Select(each => MessageOf(each.Key, each.Value)));
        message.Addresses.AddRange(InOrder(tally.Addresses).Select(each => MessageOf(each.Key, each.Value, BytesOf(each.Value.Handshake, scratch))));
        message.Intervals.AddRange(tally.Intervals.Select(interval => new Wire.Interval
        {
            Scheduled = interval.Scheduled,
            Completed = interval.Completed,
            Partial = interval.Partial,
            Failed = interval.Failed,
            Dropped = interval.Dropped,
            Response = BytesOf(interval.Response, scratch),
        }));
        return message.ToByteArray();
    }

    /// <summary>Reads a message and checks all of it.</summary>
    /// <exception cref="TallyFormatException">It is no tally of a plan with so many targets and profiles, or contradicts itself.</exception>
    public static (Wire.Tally Message, Books Books) Parse(ReadOnlySpan<byte> bytes, int targets, int profiles)
    {
        Wire.Tally message;
        try
        {
            message = Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new TallyFormatException($"the bytes of a tally are malformed: {error.Message}");
        }

        Require(message.Targets == targets && message.Profiles == profiles, "the tally belongs to a plan with other targets or profiles");
        var ended = CheckGroups(message, targets, profiles);
        CheckHistograms(message, ended);
        CheckWireCosts(message.WireCosts, ended);
        CheckPartial(message, ended);
        CheckCertificates(message);
        CheckKinds(message, ended);
        CheckAddresses(message, ended);
        CheckIntervals(message, ended);
        return (message, ended + new Books(message.Lost, 0, 0, 0, message.Lost));
    }

    public static Books BooksOf(Wire.Group group) => new(
        group.Completed + group.Partial + group.Failed + group.Dropped, group.Completed, group.Failed, group.Dropped, 0, group.Partial);

    public static CertificateSummary SummaryOf(Wire.Certificate message)
        => new(message.Subject, message.Issuer, DateTimeOffset.FromUnixTimeSeconds(message.NotAfterUnixSeconds), message.KeyType);

    public static FailureKey KeyOf(Wire.Failure message) => new(
        (FailureKind)message.Kind, (Phase)message.Phase, message.HasAlert ? BoundedText.Of(message.Alert) : null, (FaultSide)message.Side, message.Target);

    public static Negotiated NegotiatedOf(Wire.Negotiated message)
        => new((TlsVersion)message.TlsVersion, message.CipherSuite, message.HasGroup ? message.Group : null, message.Resumed)
        {
            SignatureScheme = message.HasSignatureScheme ? message.SignatureScheme : null,
            Alpn = message.HasAlpn ? message.Alpn : null,
            HelloRetryRequest = message.HelloRetryRequest,
            CertificateRequested = message.CertificateRequested,
            ClientCertificate = message.ClientCertificate,
            OcspStapled = message.HasOcspStapled ? message.OcspStapled : null,
            PreSharedKey = message.PreSharedKey,
            ServerConfirmed = message.ServerConfirmed,
            OfferedResumption = message.OfferedResumption,
            EarlyData = message.HasEarlyData ? (EarlyDataFate)message.EarlyData : null,
            CertificateCompression = message.HasCertificateCompression ? (CertificateCompression)message.CertificateCompression : null,
        };

    // What became of all arrivals but the lost ones. Pairs, or targets, are all arrivals; profiles are them all once more.
    private static Books CheckGroups(Wire.Tally message, int targets, int profiles)
    {
        var hasPairs = (long)targets * profiles <= Tally.MostPairs;
        Require(message.Groups.Count == (hasPairs ? targets * profiles : targets + profiles), "the tally's groups do not match its plan");
        Books first = default;
        Books second = default;
        for (var i = 0; i < message.Groups.Count; i++)
        {
            var group = message.Groups[i];
            RequireCounts(group.Completed, group.Partial, group.Failed, group.Dropped);
            Require(
                LatencyHistogram.Check(group.Response.Span) == group.Completed && LatencyHistogram.Check(group.Handshake.Span) == group.Completed,
                "the tally's latencies do not match its completed handshakes");
            ref var sum = ref hasPairs || i < targets ? ref first : ref second;
            sum += BooksOf(group);
            RequireCounts(sum.Scheduled);
        }

        Require(hasPairs || first == second, "the tally's targets and profiles have different sums");
        RequireCounts(message.Lost);
        return first;
    }

    private static void CheckHistograms(Wire.Tally message, Books ended)
    {
        Require(LatencyHistogram.Check(message.Lag.Span) == ended.Completed + ended.Partial + ended.Failed, "the tally's schedule lags do not match its handshakes");
        Require(message.Phases.Count == PhaseDurations.Count, "the tally has the wrong number of phases");
        foreach (var phase in message.Phases)
        {
            Require(LatencyHistogram.Check(phase.Span) <= ended.Completed, "the tally has more times of a phase than completed handshakes");
        }
    }

    private static void CheckWireCosts(Wire.WireCosts? message, Books ended)
    {
        if (message is null)
        {
            throw new TallyFormatException("the tally lacks what its handshakes cost");
        }

        ReadOnlySpan<long> counts =
        [
            AmountHistogram.CheckBytes(message.BytesOut.Span),
            AmountHistogram.CheckBytes(message.BytesIn.Span),
            AmountHistogram.CheckBytes(message.CertificateBytes.Span),
            AmountHistogram.CheckFew(message.Flights.Span),
            AmountHistogram.CheckFew(message.Retries.Span),
            AmountHistogram.CheckFew(message.ServerFlightSegments.Span),
            AmountHistogram.CheckFew(message.TcpRetransmits.Span),
            LatencyHistogram.Check(message.TcpRoundTrip.Span),
        ];
        foreach (var count in counts)
        {
            Require(count <= ended.Completed, "the tally has the network costs of more than its completed handshakes");
        }
    }

    // What became of a connection may be told later than that its handshake was stopped.
    private static void CheckPartial(Wire.Tally message, Books ended)
    {
        var stopped = 0L;
        foreach (var partial in message.Partial)
        {
            Require(partial.StoppedAfter != (int)StopAfter.None && Enum.IsDefined((StopAfter)partial.StoppedAfter), "the tally has handshakes stopped at an unknown point");
            RequireCounts(stopped += Counted(partial.Count), partial.Kept, partial.Closed, partial.Reset);
            Require(
                LatencyHistogram.Check(partial.EndedAfter.Span) == partial.Closed + partial.Reset, "the times of ended connections do not match their count in the tally");
        }

        Require(stopped == ended.Partial, "the stopped handshakes do not add up to the tally's");
    }

    private static void CheckCertificates(Wire.Tally message)
    {
        foreach (var certificate in message.Certificates)
        {
            Require(IsIndex(certificate.Target, message.Targets), "the tally has a certificate of an unknown target");
            Require(
                certificate.NotAfterUnixSeconds >= DateTimeOffset.MinValue.ToUnixTimeSeconds()
                    && certificate.NotAfterUnixSeconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds(),
                "a certificate's expiry is out of range");
            RequireTexts(certificate.Subject, certificate.Issuer, certificate.KeyType);
        }
    }

    private static void CheckKinds(Wire.Tally message, Books ended)
    {
        RequireCounts(message.Held, message.HeldEndedByServer, message.RestedMilliseconds, message.Primed, message.PrimingFailed);
        Require(message.HeldEndedByServer <= message.Held, "the tally has more held connections ended than held");
        var completed = 0L;
        foreach (var negotiated in message.Negotiated)
        {
            RequireCounts(completed += Counted(negotiated.Count));
            Require(Enum.IsDefined((TlsVersion)negotiated.TlsVersion), "the tally has an unknown TLS version");
            Require(
                !negotiated.HasCertificateCompression || Enum.IsDefined((CertificateCompression)negotiated.CertificateCompression),
                "the tally has an unknown way to compress certificates");
            Require(!negotiated.HasEarlyData || Enum.IsDefined((EarlyDataFate)negotiated.EarlyData), "the tally has an unknown fate of early data");
            RequireTexts(negotiated.CipherSuite, negotiated.Group, negotiated.SignatureScheme, negotiated.Alpn);
        }

        var failed = 0L;
        foreach (var failure in message.Failures)
        {
            RequireCounts(failed += Counted(failure.Count));
            Require(
                Enum.IsDefined((FailureKind)failure.Kind) && Enum.IsDefined((Phase)failure.Phase) && Enum.IsDefined((FaultSide)failure.Side)
                    && IsIndex(failure.Target, message.Targets),
                "the tally has a failure of an unknown kind, phase, side or target");
            RequireTexts(failure.Alert, failure.Example);
        }

        Require(completed == ended.Completed && failed == ended.Failed, "negotiated and failed counts do not add up to the tally's handshakes");
    }

    private static void CheckAddresses(Wire.Tally message, Books ended)
    {
        // Each target may have one row more, for the addresses beyond the most.
        Require(message.Addresses.Count <= AddressKey.Most + message.Targets, "the tally has too many addresses");
        var (completed, failed) = (0L, 0L);
        foreach (var address in message.Addresses)
        {
            RequireCounts(completed += Counted(address.Completed), failed += Counted(address.Failed), address.PassedOver);
            Require(IsIndex(address.Target, message.Targets), "the tally has an address of an unknown target");
            Require(LatencyHistogram.Check(address.Handshake.Span) == address.Completed, "the latencies of an address do not match its completed handshakes");
            RequireTexts(address.Text, address.PassedOverExample);
        }

        Require(completed <= ended.Completed && failed <= ended.Failed, "the tally's addresses have more handshakes than the tally");
    }

    private static void CheckIntervals(Wire.Tally message, Books ended)
    {
        Require(IsIndex(message.FirstSecond, MostSeconds) && message.Intervals.Count <= MostSeconds - message.FirstSecond, "the tally's seconds are out of range");
        Books sum = default;
        foreach (var interval in message.Intervals)
        {
            RequireCounts(interval.Scheduled, interval.Completed, interval.Partial, interval.Failed, interval.Dropped);
            sum += new Books(interval.Scheduled, interval.Completed, interval.Failed, interval.Dropped, 0, interval.Partial);
            RequireCounts(sum.Scheduled, sum.Completed, sum.Partial, sum.Failed, sum.Dropped);
            Require(
                LatencyHistogram.Check(interval.Response.Span) == interval.Completed,
                "response times in a second of the tally do not match its completed handshakes");
        }

        Require(sum == ended, "the seconds of the tally do not add up to its totals");
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new TallyFormatException(otherwise);
        }
    }

    private static void RequireCounts(params ReadOnlySpan<long> counts)
    {
        foreach (var count in counts)
        {
            _ = Counted(count);
        }
    }

    private static long Counted(long count)
        => count is >= 0 and <= MostCounted ? count : throw new TallyFormatException("a count in the tally is negative or too large");

    private static void RequireTexts(params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
        {
            Require(text.Length <= BoundedText.Longest, "a text in the tally is too long");
        }
    }

    private static bool IsIndex(int value, int limit) => value >= 0 && value < limit;

    private static ByteString BytesOf(ValueHistogram histogram, ArrayBufferWriter<byte> scratch)
    {
        scratch.ResetWrittenCount();
        histogram.WriteTo(scratch);
        return ByteString.CopyFrom(scratch.WrittenSpan);
    }

    private static IEnumerable<KeyValuePair<Negotiated, long>> InOrder(IReadOnlyDictionary<Negotiated, long> negotiated)
        => negotiated.OrderBy(each => each.Key.CipherSuite == Negotiated.Other).ThenBy(each => each.Key.ToString(), StringComparer.Ordinal);

    private static IEnumerable<KeyValuePair<FailureKey, FailureCount>> InOrder(IReadOnlyDictionary<FailureKey, FailureCount> failures) => failures
        .OrderBy(each => each.Key.Alert == Negotiated.Other).ThenBy(each => each.Key.Kind).ThenBy(each => each.Key.Phase).ThenBy(each => each.Key.Side).ThenBy(each => each.Key.Target).ThenBy(each => each.Key.Alert, StringComparer.Ordinal);

    private static IEnumerable<KeyValuePair<AddressKey, AddressTally>> InOrder(IReadOnlyDictionary<AddressKey, AddressTally> addresses)
        => addresses.OrderBy(each => each.Key.Address == AddressKey.Others).ThenBy(each => each.Key.Target).ThenBy(each => each.Key.Address, StringComparer.Ordinal);

    private static Wire.WireCosts MessageOf(WireTally costs, ArrayBufferWriter<byte> scratch) => new()
    {
        BytesOut = BytesOf(costs.BytesOut, scratch),
        BytesIn = BytesOf(costs.BytesIn, scratch),
        CertificateBytes = BytesOf(costs.CertificateBytes, scratch),
        Flights = BytesOf(costs.Flights, scratch),
        Retries = BytesOf(costs.Retries, scratch),
        ServerFlightSegments = BytesOf(costs.ServerFlightSegments, scratch),
        TcpRetransmits = BytesOf(costs.TcpRetransmits, scratch),
        TcpRoundTrip = BytesOf(costs.TcpRoundTrip, scratch),
    };

    private static Wire.Certificate MessageOf(int target, CertificateSummary certificate) => new()
    {
        Target = target,
        Subject = certificate.Subject,
        Issuer = certificate.Issuer,
        NotAfterUnixSeconds = certificate.NotAfter.ToUnixTimeSeconds(),
        KeyType = certificate.KeyType,
    };

    private static Wire.Negotiated MessageOf(Negotiated negotiated, long count)
    {
        var message = new Wire.Negotiated
        {
            Count = count,
            TlsVersion = (int)negotiated.TlsVersion,
            CipherSuite = negotiated.CipherSuite,
            Resumed = negotiated.Resumed,
            HelloRetryRequest = negotiated.HelloRetryRequest,
            CertificateRequested = negotiated.CertificateRequested,
            ClientCertificate = negotiated.ClientCertificate,
            PreSharedKey = negotiated.PreSharedKey,
            ServerConfirmed = negotiated.ServerConfirmed,
            OfferedResumption = negotiated.OfferedResumption,
        };
        if (negotiated.EarlyData is { } fate)
        {
            message.EarlyData = (int)fate;
        }

        if (negotiated.CertificateCompression is { } algorithm)
        {
            message.CertificateCompression = (int)algorithm;
        }

        // What is not there is not set: a text that is set is never null.
        if (negotiated.Group is { } group)
        {
            message.Group = group;
        }

        if (negotiated.SignatureScheme is { } scheme)
        {
            message.SignatureScheme = scheme;
        }

        if (negotiated.Alpn is { } alpn)
        {
            message.Alpn = alpn;
        }

        if (negotiated.OcspStapled is { } stapled)
        {
            message.OcspStapled = stapled;
        }

        return message;
    }

    private static Wire.Address MessageOf(AddressKey key, AddressTally tally, ByteString handshake)
    {
        var message = new Wire.Address
        {
            Target = key.Target,
            Text = key.Address,
            Completed = tally.Completed,
            Failed = tally.Failed,
            PassedOver = tally.PassedOver,
            Handshake = handshake,
        };
        if (tally.PassedOverExample is { } example)
        {
            message.PassedOverExample = example;
        }

        return message;
    }

    private static Wire.Failure MessageOf(FailureKey key, FailureCount failure)
    {
        var message = new Wire.Failure
        {
            Count = failure.Count,
            Kind = (int)key.Kind,
            Phase = (int)key.Phase,
            Side = (int)key.Side,
            Target = key.Target,
            Example = failure.Example,
        };
        if (key.Alert is { } alert)
        {
            message.Alert = alert;
        }

        return message;
    }
}

/// <summary>Bytes that should be an encoded tally are not.</summary>
public sealed class TallyFormatException(string message) : FormatException(message);
