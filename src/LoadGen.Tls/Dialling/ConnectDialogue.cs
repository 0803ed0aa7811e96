using System.Text;
using LoadGen.Core.Plans;
using LoadGen.Core.Plans.Units;
using LoadGen.Tls.StartTls;

namespace LoadGen.Tls.Dialling;

/// <summary>Asks an HTTP proxy for a tunnel (RFC 9110 section 9.3.6).</summary>
internal sealed class ConnectDialogue(HttpProxy proxy, (string Host, int Port) end) : Dialogue
{
    protected override ReadOnlyMemory<byte> Opening { get; } = RequestOf(proxy, AddressText.Format(end.Host, end.Port));

    protected override Step Read(ReadOnlySpan<byte> unread, out int used)
    {
        used = 0;
        var head = unread.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return LooksLikeHttp(unread) ? Step.NeedMore : Broken(unread);
        }

        used = head + 4;
        var line = unread[..unread.IndexOf("\r\n"u8)];
        return !LooksLikeHttp(line) || line.Length < 12 || !char.IsAsciiDigit((char)line[9]) ? Broken(line)
            // An interim answer comes before the final one (RFC 9110 section 15.2).
            : line[9] == '1' ? Step.NeedMore
            : line[9] == '2' ? Step.Ready
            : Step.Refused($"the proxy opened no tunnel: {Excerpt.Of(line)}");
    }

    private static bool LooksLikeHttp(ReadOnlySpan<byte> said) => said[..Math.Min(said.Length, 7)].SequenceEqual("HTTP/1."u8[..Math.Min(said.Length, 7)]);

    private static Step Broken(ReadOnlySpan<byte> said) => Step.Broken($"the proxy does not answer as HTTP: {Excerpt.Of(said)}");

    private static byte[] RequestOf(HttpProxy proxy, string authority)
    {
        var credentials = proxy.Credentials is null ? "" : $"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(proxy.Credentials))}\r\n";
        return Encoding.ASCII.GetBytes($"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: loadgen\r\n{credentials}\r\n");
    }
}
