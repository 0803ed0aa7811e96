using System.CommandLine;
using LoadGen.Core.Plans;

namespace LoadGen.Commands;

/// <summary><c>loadgen check</c>: says everything that is wrong with a plan.</summary>
internal static class CheckCommand
{
    public static Verb Create()
    {
        var file = new Argument<string>("PLAN.yaml") { Description = "The plan to check." };
        var command = new Command("check", "Validates a plan; prints every problem with its line.") { file };
        command.SetAction(parse => Check(parse.GetValue(file)!));
        return new Verb(command, ["loadgen check plan.yaml"]);
    }

    private static int Check(string file)
    {
        if (PlanSource.Read(file, PlanFlags.None) is not { } plan)
        {
            return ExitCode.Usage;
        }

        Console.WriteLine(plan.Load switch
        {
            Load.Open { Schedule: var schedule } => $"{file}: {schedule.Count} arrivals in {schedule.Duration.TotalSeconds:0.###} s",
            Load.Closed closed => $"{file}: {closed.Connections} connections"
                + (closed.Duration is { } duration ? $" for {duration.TotalSeconds:0.###} s" : "")
                + (closed.Count is { } count ? $", {count} handshakes at most" : ""),
            _ => file,
        });
        return ExitCode.Pass;
    }
}
