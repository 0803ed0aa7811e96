using LoadGen.Core.Plans;
using LoadGen.Tls;

namespace LoadGen.Commands;

/// <summary>Makes a plan of a file and flags, or tells every problem on standard error.</summary>
internal static class PlanSource
{
    private const string StandardInput = "-";
    private const int MostCharacters = 1 << 20;

    /// <returns>The plan; <see langword="null"/> if there were problems, which have been told.</returns>
    public static Plan? Read(string? file, PlanFlags flags)
    {
        var reader = new PlanReader(Engines.Capabilities);
        if (file != StandardInput)
        {
            return Tell(reader.Read(yamlText: null, file, flags));
        }

        var text = new char[MostCharacters + 1];
        var length = Console.In.ReadBlock(text);
        if (length <= MostCharacters)
        {
            return Tell(reader.Read(new string(text, 0, length), fileName: null, flags));
        }

        Console.Error.WriteLine($"loadgen: the plan on standard input is longer than {MostCharacters} characters");
        return null;
    }

    private static Plan? Tell(PlanReading reading)
    {
        switch (reading)
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
