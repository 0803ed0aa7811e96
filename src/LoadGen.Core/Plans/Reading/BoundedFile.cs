using System.Text;

namespace LoadGen.Core.Plans.Reading;

/// <summary>Reads small files that a user named.</summary>
internal static class BoundedFile
{
    private const int MostBytes = 1024 * 1024;

    /// <summary>The text of a file; <see langword="null"/>, and one problem, if it cannot be had.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="place">Where it was named.</param>
    /// <param name="what">What messages call it.</param>
    /// <param name="problems">Where a problem goes.</param>
    public static string? Read(string path, Place place, string what, ProblemList problems)
    {
        if (ReadBytes(path, place, what, problems) is not { } bytes)
        {
            return null;
        }

        using var text = new StreamReader(new MemoryStream(bytes), Encoding.UTF8);
        return text.ReadToEnd();
    }

    /// <summary>The bytes of a file; <see langword="null"/>, and one problem, if it cannot be had.</summary>
    public static byte[]? ReadBytes(string path, Place place, string what, ProblemList problems)
    {
        if (!File.Exists(path))
        {
            problems.Add(place, $"{what} {path} {(Directory.Exists(path) ? "is a folder" : "does not exist")}", "name a file that exists");
            return null;
        }

        try
        {
            using var file = File.OpenRead(path);
            var bytes = new byte[MostBytes + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > MostBytes)
            {
                problems.Add(place, $"{what} {path} is larger than {MostBytes} bytes", "name a smaller file");
                return null;
            }

            return bytes[..length];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            problems.Add(place, $"{what} {path} cannot be read: {fault.Message}", "see to it that this user may read it");
            return null;
        }
    }
}
