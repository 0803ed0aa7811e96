using System.Runtime.InteropServices;
using LoadGen.Commands;

namespace LoadGen.Running.Outputs;

/// <summary>
/// Where the value of a flag sends bytes at the end of a run: a file, a pipe, a device, standard output. Tried before the load;
/// what was there before is kept until there is something new.
/// </summary>
internal abstract partial class Output : IDisposable
{
    /// <summary>For people: where the bytes go.</summary>
    public abstract string Place { get; }

    /// <summary>Where the bytes can go instead, if they cannot go there; <see langword="null"/> if there is no folder beside it.</summary>
    public virtual string? FolderBeside => null;

    /// <summary>Opens what the value of a flag names.</summary>
    /// <param name="path">A file, a pipe, a device, or <c>-</c>.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static Output Open(string path)
    {
        if (IsStandardOutput(path))
        {
            return new StandardOutput();
        }

        if (path.Length == 0)
        {
            throw new IOException("the name is empty");
        }

        // A file that is reached by a link stays behind it; descriptors are links that lead nowhere.
        var isDescriptor = path.StartsWith("/dev/fd/", StringComparison.Ordinal) || path.StartsWith("/proc/", StringComparison.Ordinal) || path == "/dev/stderr";
        return isDescriptor ? new InPlace(path, FileKind.Descriptor) : Open(FollowLinks(Path.GetFullPath(path)), path);
    }

    /// <summary>Opens what the value of a flag names, or tells why it cannot be written.</summary>
    public static T? TryOpen<T>(string flag, string value, string remedy, Func<string, T> open, Problems problems)
        where T : class
    {
        try
        {
            return open(value);
        }
        catch (Exception error) when (IsExpected(error))
        {
            problems.Add($"{flag}: cannot write to '{value}': {Reason(error)}; {remedy}");
            return null;
        }
    }

    /// <summary>Whether a name is one of standard output.</summary>
    public static bool IsStandardOutput(string? path) => path is "-" or "/dev/stdout" or "/dev/fd/1" or "/proc/self/fd/1";

    /// <summary>Writes all of it.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written any more.</exception>
    public abstract void Write(byte[] content);

    public virtual void Dispose()
    {
    }

    /// <summary>Whether an error is one that files have, and <see cref="Reason"/> can tell.</summary>
    public static bool IsExpected(Exception error) => error is IOException or UnauthorizedAccessException;

    /// <summary>Why a file cannot be written, without its path, which those who are told know.</summary>
    public static string Reason(Exception error) => error switch
    {
        DirectoryNotFoundException => "its folder does not exist",
        UnauthorizedAccessException => "permission denied",
        _ when IsDiskFull(error) => "the disk is full",
        _ => error.Message.Split(" : '")[0],
    };

    private static bool IsDiskFull(Exception error)
        => error.Message.Contains("the disk was full", StringComparison.Ordinal) || error.Message.StartsWith("No space left", StringComparison.Ordinal);

    private static string FollowLinks(string file)
        => new FileInfo(file).LinkTarget is null ? file : File.ResolveLinkTarget(file, returnFinalTarget: true)!.FullName;

    private static Output Open(string file, string name)
    {
        var kind = KindOf(file);
        switch (kind)
        {
            case FileKind.Folder:
                throw new IOException("it is a folder");
            case FileKind.Absent:
                return new Replaced(file, name);
            case FileKind.Regular:
                File.OpenHandle(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite).Dispose();
                try
                {
                    return new Replaced(file, name);
                }
                catch (Exception error) when (IsExpected(error) && !IsDiskFull(error))
                {
                    // The file may be written, but nothing may be put beside it.
                    return new InPlace(file, kind);
                }

            default:
                return new InPlace(file, kind);
        }
    }

    private static FileKind KindOf(string file)
    {
        if (Directory.Exists(file))
        {
            return FileKind.Folder;
        }

        if (!OperatingSystem.IsLinux())
        {
            return File.Exists(file) ? FileKind.Regular : FileKind.Absent;
        }

        var status = new byte[FileStatus.Size];
        return FileStatus.Read(FileStatus.CurrentFolder, file, 0, FileStatus.WantType, status) != 0 ? FileKind.Absent
            : (BitConverter.ToUInt16(status, FileStatus.ModeOffset) & FileStatus.TypeMask) switch
            {
                FileStatus.TypeRegular => FileKind.Regular,
                FileStatus.TypePipe => FileKind.Pipe,
                _ => FileKind.Device,
            };
    }

    private enum FileKind
    {
        Absent,
        Regular,
        Folder,
        Pipe,
        Device,

        /// <summary>A file, pipe or terminal that was open when the program began, and that others write to as well.</summary>
        Descriptor,
    }

    /// <summary>statx(2), which tells a pipe from a file; .NET does not.</summary>
    private static partial class FileStatus
    {
        public const int Size = 256;
        public const int CurrentFolder = -100;
        public const uint WantType = 1;
        public const int ModeOffset = 28;
        public const int TypeMask = 0xF000;
        public const int TypeRegular = 0x8000;
        public const int TypePipe = 0x1000;

        [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
        public static partial int Read(int folder, string path, int flags, uint mask, [Out] byte[] status);
    }

    /// <summary>A file that appears, or takes the place of the one there, when it is complete.</summary>
    private sealed class Replaced(string file, string name) : Output
    {
        // A coordinator that stays writes one after another.
        private StagedFile? _next = new(Path.GetDirectoryName(file)!);

        public override string Place => name;

        public override string? FolderBeside => Path.GetDirectoryName(file);

        public override void Write(byte[] content)
        {
            using var staged = _next ?? new StagedFile(Path.GetDirectoryName(file)!);
            _next = null;
            staged.Write(content);
            try
            {
                staged.MoveTo(file);
            }
            catch (Exception error) when (IsExpected(error) && File.Exists(file))
            {
                // A file that is mounted, as into a container, can be filled and not replaced.
                InPlace.Fill(file, FileKind.Regular, content);
            }
        }

        public override void Dispose()
        {
            _next?.Dispose();
            base.Dispose();
        }
    }

    /// <summary>What is there already and stays: a pipe, a device, a file that cannot be replaced.</summary>
    private sealed class InPlace : Output
    {
        private readonly string _file;
        private readonly FileKind _kind;

        public InPlace(string file, FileKind kind)
        {
            (_file, _kind) = (file, kind);
            if (kind != FileKind.Pipe)
            {
                // Opening a pipe would wait for its reader.
                OpenToWrite(file).Dispose();
            }
        }

        public override string Place => _file;

        public static void Fill(string file, FileKind kind, byte[] content)
        {
            using var stream = OpenToWrite(file);
            if (kind == FileKind.Descriptor && stream.CanSeek)
            {
                stream.Seek(0, SeekOrigin.End);
            }

            stream.Write(content);
            if (kind == FileKind.Regular)
            {
                stream.SetLength(content.Length);
            }
        }

        public override void Write(byte[] content) => Fill(_file, _kind, content);

        private static FileStream OpenToWrite(string file) => new(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
    }

    private sealed class StandardOutput : Output
    {
        public StandardOutput()
        {
            if (!StandardDescriptors.IsWritable(StandardDescriptors.Output))
            {
                throw new IOException("standard output is closed");
            }
        }

        public override string Place => "standard output";

        public override void Write(byte[] content)
        {
            using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(StandardDescriptors.Output, ownsHandle: false);
            using var file = OperatingSystem.IsWindows() ? Console.OpenStandardOutput() : new FileStream(handle, FileAccess.Write, bufferSize: 0);

            // The console's stream says nothing if a pipe's reader has gone; a file stream leaves the place in a file that the
            // next program continues from where it was.
            using var console = file.CanSeek ? Console.OpenStandardOutput() : null;
            (console ?? file).Write([.. content, (byte)'\n']);
        }
    }
}
