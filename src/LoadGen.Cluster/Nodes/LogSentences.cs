using System.Net;
using System.Security.Authentication;
using Akka.Event;
using DotNetty.Handlers.Tls;

namespace LoadGen.Cluster.Nodes;

/// <summary>
/// Makes one readable sentence of what Akka logs. Refused connections are told at length and several times over there, with
/// advice that does not fit; every peer that keeps trying would fill the terminal.
/// </summary>
internal static class LogSentences
{
    /// <summary>The sentence for an entry, and whether it is worth saying once only; <see langword="null"/> if another entry says it.</summary>
    public static (string Text, bool Once)? Of(LogEvent entry)
    {
        var (format, values) = entry.Message is LogMessage message ? (message.Format, message.Parameters().ToArray()) : ("", []);
        if (format.StartsWith("TLS handshake failed on channel", StringComparison.Ordinal))
        {
            return Refusal(values[1], Innermost(entry.Cause));
        }

        if (format == PeerTrust.Refusal)
        {
            return ($"refused {Host(values[0])} as a node: its certificate {values[1]}", true);
        }

        if (format.StartsWith("Rejected incoming connection", StringComparison.Ordinal)
            || (format.StartsWith("Error caught channel", StringComparison.Ordinal) && entry.Cause is NotSslRecordException))
        {
            return null;
        }

        if (format.StartsWith("Mutual TLS required but client did not", StringComparison.Ordinal))
        {
            return ($"refused {Host(values[0])} as a node: it showed no certificate", true);
        }

        if (format.StartsWith("Dropping message [{0}] for non-local recipient", StringComparison.Ordinal))
        {
            return ($"a node that takes this one for {values[2]} is not heard: its cluster id is another, or its --seed names another address", true);
        }

        // The advice in it, to add the serializer that was asked for, is the last thing to do.
        if (format.StartsWith("Deserialization failed for message", StringComparison.Ordinal))
        {
            return (FirstLine(entry.Cause?.Message ?? "a message from another node cannot be read"), true);
        }

        if (!IsForUsers(entry))
        {
            return null;
        }

        var text = $"{entry.Message}{(entry.Cause is { } cause ? $" ({cause.GetType().Name}: {cause.Message})" : "")}";
        return (FirstLine(text), false);
    }

    // What Akka says of connections that broke and nodes that it cannot reach is left out: what it means for the run is told by
    // those who decide about it.
    private static bool IsForUsers(LogEvent entry) => IsOf(entry, "LoadGen")
        || (entry.LogLevel() == LogLevel.ErrorLevel && !IsOf(entry, "Akka.Remote") && !IsOf(entry, "Akka.Cluster"));

    private static bool IsOf(LogEvent entry, string name) => IsIn(entry.LogClass, name) || IsIn(entry.Cause?.GetType(), name);

    private static bool IsIn(Type? type, string name) => type?.FullName?.StartsWith(name, StringComparison.Ordinal) == true;

    private static (string Text, bool Once)? Refusal(object? remote, Exception? cause)
    {
        var peer = Host(remote);
        return cause switch
        {
            NotSslRecordException => ($"refused a connection with {peer}: it is not TLS", true),
            // PeerTrust has said why, or there was no certificate to say anything about, which the transport has.
            AuthenticationException { Message: var why } when why.Contains("RemoteCertificateValidationCallback", StringComparison.Ordinal) => null,
            // It went away before there was TLS, as a node does that looks whether this process lives; see ProcessProbe.
            IOException { Message: "Channel is closed" } => null,
            _ => ($"TLS with {peer} failed: {FirstLine(cause?.Message ?? "the other side closed the connection")}", true),
        };
    }

    // What is above it says no more than that TLS failed.
    private static Exception? Innermost(Exception? cause) => cause?.InnerException is { } inner ? Innermost(inner) : cause;

    // The port of a peer that keeps calling is another each time.
    private static string Host(object? peer)
        => !IPEndPoint.TryParse($"{peer}", out var endPoint) ? $"{peer}"
            : endPoint.Address.IsIPv4MappedToIPv6 ? $"{endPoint.Address.MapToIPv4()}"
            : $"{endPoint.Address}";

    private static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd('\r');
}
