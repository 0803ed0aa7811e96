using LoadGen.Core.Runs;

namespace LoadGen.Running;

/// <summary>Puts the result where it was asked for.</summary>
internal static class ResultOutput
{
    /// <param name="result">The result.</param>
    /// <param name="destination">A file, <c>-</c>, or nowhere.</param>
    /// <param name="flag">The flag that said so, for whoever reads what went wrong.</param>
    /// <returns><see langword="null"/>, or what went wrong.</returns>
    public static string? Write(RunResult result, string? destination, string flag = "--json")
    {
        try
        {
            if (destination == "-")
            {
                using var output = Console.OpenStandardOutput();
                RunResultJson.Write(result, output);
                output.Write("\n"u8);
            }
            else if (destination is not null)
            {
                using var file = File.Create(destination);
                RunResultJson.Write(result, file);
            }

            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"{flag}: {error.Message}";
        }
    }
}
