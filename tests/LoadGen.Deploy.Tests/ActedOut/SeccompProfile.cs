using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using LoadGen.TestServers.Processes;

namespace LoadGen.Deploy.Tests.ActedOut;

/// <summary>
/// What <c>seccompProfile: RuntimeDefault</c> means: the profile that container engines ship, as it is for processes
/// without capabilities, in the form of the OCI runtime specification.
/// </summary>
internal static class SeccompProfile
{
    private const string Shipped = "/usr/share/containers/seccomp.json";

    private static readonly (string Filter, string Rules) Architecture
        = RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? ("SCMP_ARCH_AARCH64", "arm64") : ("SCMP_ARCH_X86_64", "amd64");

    public static JsonObject RuntimeDefault()
    {
        RealServers.RequireFile(Shipped, "golang-github-containers-common");
        var shipped = JsonNode.Parse(File.ReadAllText(Shipped))!;
        return new JsonObject
        {
            ["defaultAction"] = shipped["defaultAction"]!.DeepClone(),
            ["defaultErrnoRet"] = shipped["defaultErrnoRet"]!.DeepClone(),
            ["architectures"] = new JsonArray([.. shipped["archMap"]!.AsArray()
                .Where(map => map!["architecture"]!.GetValue<string>() == Architecture.Filter)
                .SelectMany(map => map!["subArchitectures"]!.AsArray().Prepend(map["architecture"]))
                .Select(name => name!.DeepClone())]),
            ["syscalls"] = new JsonArray([.. shipped["syscalls"]!.AsArray().Where(rule => Applies(rule!)).Select(rule => Convert(rule!))]),
        };
    }

    // A rule that is about a capability is for those who have it.
    private static bool Applies(JsonNode rule)
        => rule["includes"]?["caps"] is null
            && (rule["includes"]?["arches"] is not JsonArray only || only.Any(name => name!.GetValue<string>() == Architecture.Rules))
            && (rule["excludes"]?["arches"] is not JsonArray except || except.All(name => name!.GetValue<string>() != Architecture.Rules));

    private static JsonObject Convert(JsonNode rule)
    {
        var converted = new JsonObject { ["names"] = rule["names"]!.DeepClone(), ["action"] = rule["action"]!.DeepClone() };
        if (rule["errnoRet"] is { } errno)
        {
            converted["errnoRet"] = errno.DeepClone();
        }

        if (rule["args"] is JsonArray { Count: > 0 } arguments)
        {
            converted["args"] = arguments.DeepClone();
        }

        return converted;
    }
}
