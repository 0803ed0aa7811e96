using LoadGen.Reports;

namespace LoadGen.Running;

/// <summary>The file that Kubernetes takes a container's last word from.</summary>
/// <param name="Path">Where it is; <see langword="null"/> if nobody asked for one.</param>
internal sealed record TerminationLog(string? Path)
{
    /// <summary>Writes the last word; a file that cannot be written is one warning, and changes nothing.</summary>
    public void Write(TerminationMessage message)
    {
        if (Path is null)
        {
            return;
        }

        try
        {
            File.WriteAllBytes(Path, message.Encode());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"loadgen: warning: --termination-log: {error.Message}");
        }
    }
}
