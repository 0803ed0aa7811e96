using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using LoadGen.Deploy.Tests.Image;
using LoadGen.TestServers.Networks;

namespace LoadGen.Deploy.Tests.ActedOut;

/// <summary>A container's configuration by the OCI runtime specification, made of a pod's as a container engine makes it.</summary>
internal static class RuntimeConfiguration
{
    private const int CpuPeriod = 100_000;

    /// <summary>Of the only container of a pod.</summary>
    /// <param name="image">What it runs.</param>
    /// <param name="pod">Its pod.</param>
    /// <param name="hostName">The pod's host name.</param>
    /// <param name="network">The pod's network.</param>
    /// <param name="mounts">What is mounted: where, from where, and whether it may be written to.</param>
    public static JsonObject Of(
        ContainerImage image, V1PodSpec pod, string hostName, NodeNamespace network, IEnumerable<(string Destination, string Source, bool ReadOnly)> mounts)
    {
        var container = Assert.Single(pod.Containers);
        var security = container.SecurityContext;
        var variables = (container.Env ?? []).Select(variable => (variable.Name, Value: ValueOf(variable, network))).ToList();
        var configuration = image.ProposeRuntimeConfiguration();

        var process = configuration["process"]!.AsObject();
        process["terminal"] = false;
        process["user"] = UserOf(pod);
        process["args"] = Array([.. container.Command ?? [.. image.EntryPoint], .. container.Args.Select(argument => Expand(argument, variables))]);
        foreach (var (name, value) in variables.Append(("HOSTNAME", hostName)))
        {
            process["env"]!.AsArray().Add($"{name}={value}");
        }

        process["capabilities"] = CapabilitiesOf(security);
        process["noNewPrivileges"] = security.AllowPrivilegeEscalation == false;
        // Those of this machine: a node sets its own.
        process.Remove("rlimits");

        configuration["root"] = new JsonObject { ["path"] = image.RootFilesystem, ["readonly"] = security.ReadOnlyRootFilesystem == true };
        configuration["hostname"] = hostName;
        foreach (var (destination, source, readOnly) in mounts)
        {
            configuration["mounts"]!.AsArray().Add(new JsonObject
            {
                ["destination"] = destination, ["type"] = "bind", ["source"] = source, ["options"] = Array(["bind", readOnly ? "ro" : "rw"]),
            });
        }

        var linux = configuration["linux"]!.AsObject();
        linux["namespaces"] = new JsonArray([
            .. ((string[])["pid", "ipc", "uts", "mount"]).Select(kind => new JsonObject { ["type"] = kind }),
            new JsonObject { ["type"] = "network", ["path"] = network.Path }]);
        linux["resources"] = ResourcesOf(container.Resources);
        if (pod.SecurityContext.SeccompProfile?.Type == "RuntimeDefault")
        {
            linux["seccomp"] = SeccompProfile.RuntimeDefault();
        }

        return configuration;
    }

    private static JsonObject UserOf(V1PodSpec pod)
    {
        var user = pod.SecurityContext.RunAsUser ?? throw new NotSupportedException("the user of the image");
        Assert.False(pod.SecurityContext.RunAsNonRoot == true && user == 0, "runAsNonRoot, and yet root");
        return new JsonObject
        {
            ["uid"] = user,
            ["gid"] = pod.SecurityContext.RunAsGroup ?? 0,
            ["additionalGids"] = pod.SecurityContext.FsGroup is { } group ? new JsonArray(group) : [],
        };
    }

    // Of a process that is not root: none are effective, whatever its bounds are.
    private static JsonObject CapabilitiesOf(V1SecurityContext security)
    {
        Assert.Equal(["ALL"], security.Capabilities.Drop);
        Assert.Null(security.Capabilities.Add);
        return new JsonObject();
    }

    private static JsonObject ResourcesOf(V1ResourceRequirements resources)
    {
        var (cpu, memory) = (resources.Limits["cpu"].ToDecimal(), resources.Limits["memory"].ToInt64());
        return new JsonObject
        {
            ["cpu"] = new JsonObject { ["period"] = CpuPeriod, ["quota"] = (long)(cpu * CpuPeriod) },
            ["memory"] = new JsonObject { ["limit"] = memory },
        };
    }

    private static string ValueOf(V1EnvVar variable, NodeNamespace network)
    {
        if (variable.ValueFrom is null)
        {
            return variable.Value ?? "";
        }

        return variable.ValueFrom.FieldRef.FieldPath == "status.podIP"
            ? $"{network.Address}"
            : throw new NotSupportedException(variable.ValueFrom.FieldRef.FieldPath);
    }

    private static string Expand(string argument, IEnumerable<(string Name, string Value)> variables)
        => variables.Aggregate(argument, (text, variable) => text.Replace($"$({variable.Name})", variable.Value, StringComparison.Ordinal));

    private static JsonArray Array(IEnumerable<string> values) => new([.. values.Select(value => JsonValue.Create(value))]);
}
