using System.CommandLine;
using LoadGen.Core.Plans;
using LoadGen.Running;

namespace LoadGen.Commands;

/// <summary><c>loadgen check</c>: says everything that is wrong with a plan, or what a plan may hold.</summary>
internal static class CheckCommand
{
    private static readonly Argument<string?> File = new("PLAN.yaml") { Description = "The plan to check; - for standard input.", Arity = ArgumentArity.ZeroOrOne };

    private static readonly Flag<bool> Schema = new("--schema", FlagGroups.Output) { Description = "Print the JSON Schema of plans, for editors." };

    private static readonly Flag<bool> Keys = new("--keys", FlagGroups.Output) { Description = "Print every key of a plan with its flag and its default, in Markdown." };

    public static Verb Create()
    {
        var command = new Command("check", "Validates a plan; prints every problem with its line.") { File, Schema, Keys };
        command.SetAction(Execute);
        return new Verb(command, ["loadgen check plan.yaml", "loadgen check --schema > plan.schema.json"]);
    }

    private static int Execute(ParseResult parse)
    {
        if (parse.GetValue(Schema) || parse.GetValue(Keys))
        {
            Console.WriteLine(parse.GetValue(Schema) ? PlanDocument.Schema() : PlanReference.Markdown());
            return ExitCode.Pass;
        }

        if (parse.GetValue(File) is { } file)
        {
            return Check(file);
        }

        Console.Error.WriteLine("loadgen: no plan is named; name a file, or - for standard input");
        return ExitCode.Usage;
    }

    private static int Check(string file)
    {
        if (PlanSource.Read(file, PlanFlags.None) is not { } plan)
        {
            return ExitCode.Usage;
        }

        Console.WriteLine(plan.Load switch
        {
            Load.Open { Schedule: var schedule } => $"{file}: ok, {schedule.Count:N0} arrivals in {schedule.Duration.TotalSeconds:0.###} s",
            Load.Closed closed => $"{file}: ok, {closed.Connections:N0} connections"
                + (closed.Duration is { } duration ? $" for {duration.TotalSeconds:0.###} s" : "")
                + (closed.Count is { } count ? $", {count:N0} handshakes at most" : ""),
            _ => throw new InvalidOperationException("a load is open or closed"),
        });
        foreach (var sentence in RunLimits.OfProcess.DescribePorts(plan))
        {
            Console.WriteLine($"{file}: {sentence}");
        }

        return ExitCode.Pass;
    }
}
