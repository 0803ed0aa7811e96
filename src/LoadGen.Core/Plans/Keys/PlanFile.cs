using System.Text;
using System.Text.Json.Nodes;
using LoadGen.Core.Plans.Reading;

namespace LoadGen.Core.Plans.Keys;

/// <summary>Small files that a plan or a flag names. In a plan the PEM text itself may stand in the place of the name.</summary>
internal static class PlanFile
{
    private const int MostBytes = 8 * 1024 * 1024;
    private const int ReadBytesAtOnce = 64 * 1024;

    /// <summary>The text that a value names or is; <see langword="null"/>, and one problem, if it cannot be had.</summary>
    /// <param name="written">The name, or PEM text.</param>
    /// <param name="what">What messages call the file.</param>
    /// <param name="context">Where problems go.</param>
    public static string? ReadText(Written written, string what, PlanContext context)
        => IsText(written) ? written.Text : ReadBytes(written, what, context) is { } bytes ? TextOf(bytes) : null;

    /// <summary>The bytes that a value names or is; <see langword="null"/>, and one problem, if they cannot be had.</summary>
    public static byte[]? ReadBytes(Written written, string what, PlanContext context)
        => IsText(written) ? Encoding.UTF8.GetBytes(written.Text)
            : context.PathOf(written) is { } path ? ReadBytes(path, written.Place, what, context.Problems)
            : null;

    /// <summary>The text of a file; <see langword="null"/>, and one problem, if it cannot be had.</summary>
    public static string? ReadText(string path, Place place, string what, ProblemList problems)
        => ReadBytes(path, place, what, problems) is { } bytes ? TextOf(bytes) : null;

    /// <summary>What a message calls the file of a value.</summary>
    public static string Name(string what, Written written) => IsText(written) ? what : $"{what} {written.Text}";

    private static bool IsText(Written written) => written.Text.Contains("-----BEGIN", StringComparison.Ordinal);

    private static string TextOf(byte[] bytes)
    {
        using var text = new StreamReader(new MemoryStream(bytes), Encoding.UTF8);
        return text.ReadToEnd();
    }

    private static byte[]? ReadBytes(string path, Place place, string what, ProblemList problems)
    {
        if (!File.Exists(path))
        {
            problems.Add(place, $"{what} {path} {(Directory.Exists(path) ? "is a folder" : "does not exist")}", "name a file that exists");
            return null;
        }

        try
        {
            using var file = File.OpenRead(path);
            using var content = new MemoryStream();
            var bytes = new byte[ReadBytesAtOnce];
            for (int count; (count = file.Read(bytes)) > 0;)
            {
                content.Write(bytes.AsSpan(0, count));
                if (content.Length > MostBytes)
                {
                    problems.Add(place, $"{what} {path} is larger than {MostBytes} bytes", "name a smaller file");
                    return null;
                }
            }

            return content.ToArray();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            problems.Add(place, $"{what} {path} cannot be read: {fault.Message}", "check the file's permissions");
            return null;
        }
    }
}

/// <summary>The name of a file, or the text that would be in it.</summary>
internal sealed class FileValue : ScalarValue<Written?>
{
    public override JsonNode? Write(Written? value) => value is null ? null : JsonValue.Create(value.Text);

    protected override bool TryRead(Written written, PlanContext context, out Written? value)
    {
        value = written;
        return true;
    }
}
