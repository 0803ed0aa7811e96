using System.Text;

namespace LoadGen.TestServers.Processes;

/// <summary>A variable that a test gives to every process it starts, and that their children have as well: whoever has it is of this test.</summary>
public sealed class ProcessMark
{
    private const string Variable = "LOADGEN_TEST_MARK";

    private readonly string _value = Guid.NewGuid().ToString("N");

    /// <summary>To start processes with.</summary>
    public IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?> { [Variable] = _value };

    /// <summary>The ids of the processes with this mark that are there now.</summary>
    public IReadOnlyList<int> FindProcesses()
    {
        var mark = Encoding.ASCII.GetBytes($"{Variable}={_value}");
        return [.. Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
            .Where(id => id != 0 && ReadEnvironment(id).AsSpan().IndexOf(mark) >= 0)];
    }

    private static byte[] ReadEnvironment(int id)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{id}/environ");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is somebody else's.
            return [];
        }
    }
}
