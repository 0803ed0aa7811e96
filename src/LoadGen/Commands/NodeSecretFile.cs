using System.Security.Cryptography;
using LoadGen.Cluster.Nodes;

namespace LoadGen.Commands;

/// <summary>
/// The file with the secret that nodes share which have no certificates: by default one for each user of a machine, which the
/// user's first node makes and no other user can read. Any process that can read it is a node.
/// </summary>
internal sealed class NodeSecretFile
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnFolder = Own | UnixFileMode.UserExecute;
    private const UnixFileMode TooOpen = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;

    private readonly Lock _lock = new();
    private readonly string _path;
    private string _secret = "";
    private NodeIdentity? _identity;

    private NodeSecretFile(string path) => _path = path;

    /// <summary>Where the secret of this user is.</summary>
    public static string OfUser => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "loadgen", "node-secret.pem");

    /// <summary>Opens the file, and makes it where there is none; what stands against that is a problem.</summary>
    public static NodeSecretFile? Open(string path, Problems problems)
    {
        var file = new NodeSecretFile(Path.GetFullPath(path));
        try
        {
            file.Read();
            return file;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add(
                $"--node-secret: {file._path} cannot be read or made: {error.Message.TrimEnd('.')}; "
                + "name a file that every node may read with --node-secret, or give --node-cert, --node-key and --node-ca");
        }
        catch (CryptographicException)
        {
            problems.Add($"--node-secret: {file._path} is not a node secret; delete it, and the next node creates a new one");
        }
        catch (InvalidDataException error)
        {
            problems.Add($"--node-secret: {file._path} {error.Message}");
        }

        return null;
    }

    /// <summary>
    /// What the file holds now, so that nodes find each other whatever became of it since; where it cannot be read any more, what
    /// it held before.
    /// </summary>
    public NodeIdentity Current()
    {
        try
        {
            return Read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException or InvalidDataException)
        {
            return _identity!;
        }
    }

    private NodeIdentity Read()
    {
        lock (_lock)
        {
            if (!File.Exists(_path))
            {
                Make(_path, _identity is null ? NodeIdentity.NewSecret() : _secret);
            }

            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(_path) & TooOpen) != 0)
            {
                throw new InvalidDataException("is open to other users of this machine; make it private with chmod 600");
            }

            var secret = File.ReadAllText(_path);
            if (_identity is null || secret != _secret)
            {
                _identity = NodeIdentity.Of(secret);
                _secret = secret;
            }

            return _identity!;
        }
    }

    // Whole or not at all, and of several nodes that start together one makes it.
    private static void Make(string path, string secret)
    {
        var folder = Path.GetDirectoryName(path)!;
        var draft = $"{path}.{Guid.NewGuid():N}";
        var creation = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnFolder);
            creation.UnixCreateMode = Own;
        }

        using (var writer = new StreamWriter(draft, creation))
        {
            writer.Write(secret);
        }

        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
        }
    }
}
