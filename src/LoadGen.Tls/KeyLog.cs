using System.Text;

namespace LoadGen.Tls;

/// <summary>
/// A file of the secrets of all sessions, by which Wireshark and others decrypt what they captured (the format of NSS,
/// draft-ietf-tls-keylogfile). Only its owner may read it. Safe for concurrent use.
/// </summary>
public sealed class KeyLog : IDisposable
{
    private readonly FileStream _file;
    private readonly Lock _lock = new();

    private KeyLog(FileStream file) => _file = file;

    /// <summary>Opens a file; what it holds already is kept.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written, or is another's.</exception>
    public static KeyLog Open(string path)
    {
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = ownerOnly;
        }

        var file = new FileStream(path, options);
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & ~ownerOnly) != 0)
            {
                File.SetUnixFileMode(file.SafeFileHandle, ownerOnly);
            }

            return new KeyLog(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes one secret of a session.</summary>
    /// <param name="label">Such as <c>CLIENT_RANDOM</c>.</param>
    /// <param name="clientRandom">The random of ClientHello, by which the session is found.</param>
    /// <param name="secret">The secret.</param>
    internal void Write(string label, ReadOnlySpan<byte> clientRandom, ReadOnlySpan<byte> secret)
    {
        var line = Encoding.ASCII.GetBytes($"{label} {Convert.ToHexStringLower(clientRandom)} {Convert.ToHexStringLower(secret)}\n");
        lock (_lock)
        {
            _file.Write(line);
        }
    }

    public void Dispose() => _file.Dispose();
}
