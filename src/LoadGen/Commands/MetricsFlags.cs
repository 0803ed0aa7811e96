using System.CommandLine;
using System.Net;
using LoadGen.Metrics;

namespace LoadGen.Commands;

/// <summary>The flags of a node's HTTP endpoint.</summary>
internal sealed class MetricsFlags
{
    private readonly Flag<string?> _port = new("--metrics-port", FlagGroups.Metrics)
    {
        HelpName = "PORT",
        Description = "Serve /metrics, /healthz and /readyz on this port of 127.0.0.1, and on a coordinator the live page and the API; 0 for any free port.",
    };

    private readonly Flag<string?> _http = new("--http", FlagGroups.Metrics)
    {
        HelpName = "HOST:PORT",
        Description = "As --metrics-port, on another address.",
    };

    private readonly Flag<string?> _linger = new("--linger", FlagGroups.Metrics)
    {
        HelpName = "DURATION",
        Description = "Serve metrics for this long after the run, so that the last scrape sees the final counts; Ctrl-C to exit sooner.",
        DefaultValueFactory = _ => $"{MetricsOptions.DefaultLinger.TotalSeconds:F0}s",
    };

    private readonly Flag<string?> _push = new("--push", FlagGroups.Metrics)
    {
        HelpName = "URL",
        Description = "Send the final metrics to this Pushgateway after the run.",
    };

    public void AddTo(Command command)
    {
        command.Add(_port);
        command.Add(_http);
        command.Add(_linger);
        command.Add(_push);
    }

    public MetricsOptions Read(ParseResult parse, Problems problems)
    {
        var (port, http) = (parse.GetValue(_port), parse.GetValue(_http));
        var (flag, text) = port is not null ? ("--metrics-port", port) : ("--http", http);
        if (port is not null && http is not null)
        {
            problems.Add("--metrics-port and --http exclude each other; give one of the two");
        }

        IPEndPoint? listen = null;
        if (text is not null)
        {
            if (HostPort.TryParseEndPoint(text, out var parsed))
            {
                listen = parsed;
            }
            else
            {
                problems.Add($"{flag}: '{text}' is not an address; write {(port is null ? "an IP address and a port, such as 0.0.0.0:9090" : "a port, such as 9090")}");
            }
        }

        return new MetricsOptions(listen, problems.Duration("--linger", parse.GetValue(_linger)) ?? TimeSpan.Zero, ReadPush(parse.GetValue(_push), problems));
    }

    private static Uri? ReadPush(string? text, Problems problems)
    {
        if (text is null || (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
        {
            return text is null ? null : new Uri(text);
        }

        problems.Add($"--push: '{text}' is not the address of a Pushgateway; write one such as http://10.0.0.3:9091");
        return null;
    }
}
