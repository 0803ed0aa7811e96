using LoadGen.Commands;
using LoadGen.Reports;

namespace LoadGen.Running;

/// <summary>The file that Kubernetes takes a container's last word from.</summary>
internal sealed class TerminationLog : IDisposable
{
    private const string Flag = "--termination-log";

    private readonly Output? _output;

    private TerminationLog(Output? output) => _output = output;

    /// <param name="path">Where it is; <see langword="null"/> for nowhere.</param>
    /// <param name="problems">Takes what is wrong with it.</param>
    public static TerminationLog Open(string? path, Problems problems) => new(path is null ? null : Output.Open(Flag, path, problems));

    /// <summary>Writes the last word; that it cannot be written is one warning, and changes nothing.</summary>
    public void Write(TerminationMessage message)
    {
        try
        {
            _output?.Write(message.Encode());
        }
        catch (Exception error) when (Output.IsExpected(error))
        {
            Console.Error.WriteLine($"loadgen: warning: {Flag}: cannot write to '{_output!.Place}': {Output.Reason(error)}");
        }
    }

    public void Dispose() => _output?.Dispose();
}
