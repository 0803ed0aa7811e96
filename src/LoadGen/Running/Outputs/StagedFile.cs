namespace LoadGen.Running.Outputs;

/// <summary>
/// A file in the making: a temporary one beside its place, which takes it when it is complete. Made before the load, with room
/// set aside for its content, so that a folder or a disk that will not do is found out while nothing is lost.
/// </summary>
internal sealed class StagedFile : IDisposable
{
    /// <summary>A run of an hour has less; what needs more takes it at the end.</summary>
    private const long BytesSetAside = 1 << 20;

    private readonly string _temporary;
    private readonly FileStream _stream;

    /// <param name="folder">Where it will be.</param>
    /// <exception cref="IOException">It cannot be made there.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor may it.</exception>
    public StagedFile(string folder)
    {
        _temporary = Path.Combine(folder, $".loadgen-{Path.GetRandomFileName()}.tmp");
        _stream = new FileStream(_temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            PreallocationSize = BytesSetAside,
            BufferSize = 0,
        });

        // Who is told to leave at once leaves no temporary file either.
        AppDomain.CurrentDomain.ProcessExit += Remove;
    }

    /// <summary>Writes the content down to the disk.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public void Write(ReadOnlySpan<byte> content)
    {
        _stream.Write(content);
        _stream.SetLength(content.Length);
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
    }

    /// <summary>Puts the written file in its place, instead of what may be there.</summary>
    /// <exception cref="IOException">The folder is gone, or the place is a mount point.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be changed any more.</exception>
    public void MoveTo(string path)
    {
        if (!OperatingSystem.IsWindows() && File.Exists(path))
        {
            File.SetUnixFileMode(_temporary, File.GetUnixFileMode(path));
        }

        File.Move(_temporary, path, overwrite: true);
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= Remove;
        _stream.Dispose();
        Remove(this, EventArgs.Empty);
    }

    private void Remove(object? sender, EventArgs happened)
    {
        try
        {
            File.Delete(_temporary);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The folder has gone, and the file with it.
        }
    }
}
