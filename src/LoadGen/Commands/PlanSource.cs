using LoadGen.Core.Plans;
using LoadGen.Tls;

namespace LoadGen.Commands;

/// <summary>Makes a plan of a file and flags, or tells every problem on standard error.</summary>
internal static class PlanSource
{
    /// <returns>The plan; <see langword="null"/> if there were problems, which have been told.</returns>
    public static Plan? Read(string? file, PlanFlags flags)
    {
        string? text = null;
        if (file is not null)
        {
            try
            {
                text = File.ReadAllText(file);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine($"loadgen: {file}: cannot be read: {error.Message}");
                return null;
            }
        }

        switch (new PlanReader(Engines.Capabilities).Read(text, file, flags))
        {
            case PlanReading.Valid valid:
                return valid.Plan;
            case PlanReading.Invalid invalid:
                foreach (var problem in invalid.Problems)
                {
                    Console.Error.WriteLine(problem);
                }

                Console.Error.WriteLine(invalid.Problems.Count == 1 ? "loadgen: 1 problem" : $"loadgen: {invalid.Problems.Count} problems");
                return null;
            default:
                throw new InvalidOperationException("a plan is valid or it is not");
        }
    }
}
