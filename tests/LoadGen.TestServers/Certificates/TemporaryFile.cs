namespace LoadGen.TestServers.Certificates;

/// <summary>A file for a program that takes paths only; deleted on <see cref="Dispose"/>.</summary>
public sealed class TemporaryFile : IDisposable
{
    /// <param name="text">What it holds.</param>
    public TemporaryFile(string text = "") => File.WriteAllText(Path, text);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), System.IO.Path.GetRandomFileName());

    public void Dispose() => File.Delete(Path);
}
