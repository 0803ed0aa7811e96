using LoadGen.Core.Handshakes;

namespace LoadGen.Core.Tallies;

/// <summary>What was negotiated, as bytes.</summary>
internal static class NegotiatedCodec
{
    public static void Encode(Negotiated negotiated, TallyWriter writer)
    {
        writer.Number((int)negotiated.TlsVersion);
        writer.Text(negotiated.CipherSuite);
        writer.Text(negotiated.Group);
        writer.Text(negotiated.SignatureScheme);
        writer.Text(negotiated.Alpn);
        writer.Number((int)FlagsOf(negotiated));
    }

    public static Negotiated Decode(ref TallyReader reader)
    {
        var version = (TlsVersion)reader.Index(ushort.MaxValue + 1);
        var suite = reader.Text() ?? "";
        var group = reader.Text();
        var scheme = reader.Text();
        var alpn = reader.Text();
        var flags = (Flags)reader.Index((int)Flags.All + 1);
        return new Negotiated(version, suite, group, flags.HasFlag(Flags.Resumed))
        {
            SignatureScheme = scheme,
            Alpn = alpn,
            HelloRetryRequest = flags.HasFlag(Flags.HelloRetryRequest),
            ClientCertificate = flags.HasFlag(Flags.ClientCertificate),
            OcspStapled = flags.HasFlag(Flags.OcspAsked) ? flags.HasFlag(Flags.OcspStapled) : null,
            PreSharedKey = flags.HasFlag(Flags.PreSharedKey),
            ServerConfirmed = flags.HasFlag(Flags.ServerConfirmed),
        };
    }

    private static Flags FlagsOf(Negotiated negotiated)
        => (negotiated.Resumed ? Flags.Resumed : 0)
            | (negotiated.HelloRetryRequest ? Flags.HelloRetryRequest : 0)
            | (negotiated.ClientCertificate ? Flags.ClientCertificate : 0)
            | (negotiated.OcspStapled is not null ? Flags.OcspAsked : 0)
            | (negotiated.OcspStapled == true ? Flags.OcspStapled : 0)
            | (negotiated.PreSharedKey ? Flags.PreSharedKey : 0)
            | (negotiated.ServerConfirmed ? Flags.ServerConfirmed : 0);

    [Flags]
    private enum Flags
    {
        Resumed = 1,
        HelloRetryRequest = 2,
        ClientCertificate = 4,
        OcspAsked = 8,
        OcspStapled = 16,
        PreSharedKey = 32,
        ServerConfirmed = 64,
        All = 127,
    }
}
