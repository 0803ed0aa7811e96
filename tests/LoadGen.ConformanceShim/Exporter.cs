using System.Net.Security;
using System.Text;
using LoadGen.Core.Handshakes;
using LoadGen.Tls;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Fast.Tls13;
using LoadGen.Tls.Fast.Tls12;

namespace LoadGen.ConformanceShim;

/// <summary>
/// Keying material of a connection (RFC 8446 section 7.5, RFC 5705), which shows the runner that both sides have the same secrets. The engine exports
/// none; the secrets are read from its key log.
/// </summary>
internal sealed class Exporter : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public Exporter() => Log = KeyLog.Open(_path);

    /// <summary>Where the engine writes its secrets.</summary>
    public KeyLog Log { get; }

    /// <summary>Makes so many bytes of it.</summary>
    /// <param name="flags">How many, for what label and context.</param>
    /// <param name="negotiated">What was negotiated.</param>
    /// <param name="serverRandom">The random of ServerHello.</param>
    public byte[] Make(ShimFlags flags, Negotiated negotiated, ReadOnlySpan<byte> serverRandom)
    {
        var output = new byte[flags.ExportedBytes];
        var (label, context) = (Encoding.UTF8.GetBytes(flags.ExportLabel), Encoding.UTF8.GetBytes(flags.ExportContext));
        var suite = Enum.Parse<TlsCipherSuite>(negotiated.CipherSuite);
        if (negotiated.TlsVersion == TlsVersion.Tls12)
        {
            var (random, master) = Last("CLIENT_RANDOM");
            byte[] length = [(byte)(context.Length >> 8), (byte)context.Length];
            KeyDerivation.Prf(Suite12.Of(suite)!.Hash, master, label, (byte[])[.. random, .. serverRandom, .. flags.UsesExportContext ? (byte[])[.. length, .. context] : []], output);
            return output;
        }

        var hash = SuiteParts.Of(suite)!.Hash;
        var (derived, digest) = (new byte[hash.Bytes()], new byte[hash.Bytes()]);
        Hashing.Hash(hash, [], digest);
        KeyDerivation.ExpandLabel(hash, Last("EXPORTER_SECRET").Secret, label, digest, derived);
        Hashing.Hash(hash, context, digest);
        KeyDerivation.ExpandLabel(hash, derived, "exporter"u8, digest, output);
        return output;
    }

    public void Dispose()
    {
        Log.Dispose();
        File.Delete(_path);
    }

    private (byte[] Random, byte[] Secret) Last(string label)
    {
        using var reader = new StreamReader(new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var fields = reader.ReadToEnd().Split('\n').Select(line => line.Split(' ')).Last(line => line[0] == label);
        return (Convert.FromHexString(fields[1]), Convert.FromHexString(fields[2]));
    }
}
