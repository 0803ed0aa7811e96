using System.Net;
using System.Text;
using LoadGen.Core.Plans;
using LoadGen.Tls.Dialling;
using LoadGen.Tls.StartTls;

namespace LoadGen.Tls.Tests.Dialling;

/// <summary>What is said before TLS: headers of the PROXY protocol, and the dialogue with an HTTP proxy.</summary>
public sealed class PrologueTests
{
    [Theory]
    [InlineData("192.0.2.1:56324", "192.0.2.2:443", "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n")]
    [InlineData("[2001:db8::1]:56324", "[2001:db8::2]:443", "PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n")]
    [InlineData("192.0.2.1:56324", "[2001:db8::2]:443", "PROXY TCP6 ::ffff:192.0.2.1 2001:db8::2 56324 443\r\n")]
    public void Version_1_is_a_line(string from, string to, string line)
        => Assert.Equal(line, Encoding.ASCII.GetString(ProxyHeader.Write(ProxyProtocol.V1, IPEndPoint.Parse(from), IPEndPoint.Parse(to))));

    [Theory]
    [InlineData("192.0.2.1:56324", "192.0.2.2:443", "0D0A0D0A000D0A515549540A2111000CC0000201C0000202DC0401BB")]
    [InlineData(
        "[2001:db8::1]:56324", "[2001:db8::2]:443", "0D0A0D0A000D0A515549540A2121002420010DB800000000000000000000000120010DB8000000000000000000000002DC0401BB")]
    public void Version_2_is_binary(string from, string to, string bytes)
        => Assert.Equal(bytes, Convert.ToHexString(ProxyHeader.Write(ProxyProtocol.V2, IPEndPoint.Parse(from), IPEndPoint.Parse(to))));

    [Theory]
    [InlineData("10.1.0.0/30", 0, "10.1.0.0:1024")]
    [InlineData("10.1.0.0/30", 3, "10.1.0.3:1024")]
    [InlineData("10.1.0.0/30", 4, "10.1.0.0:1025")]
    [InlineData("10.1.0.0/16", 258, "10.1.1.2:1024")]
    [InlineData("10.1.0.7/32", 64512, "10.1.0.7:1024")]
    [InlineData("2001:db8::/32", 65537, "[2001:db8::1:1]:1024")]
    public void Made_up_clients_go_through_the_block_and_then_through_the_ports(string network, long n, string client)
        => Assert.Equal(client, ProxyHeader.MadeUp(IPNetwork.Parse(network), n).ToString());

    [Theory]
    [InlineData("HTTP/1.1 200 Connection established\r\n\r\n", "Ready", null)]
    [InlineData("HTTP/1.0 204 No\r\nVia: x\r\n\r\n", "Ready", null)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "Ready", null)]
    [InlineData("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n", "Refused", "the proxy opened no tunnel: HTTP/1.1 407 Proxy Authentication Required")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nbanner", "Broken", "the server sent 6 bytes after its go-ahead, before TLS")]
    [InlineData("220 mail.example.com ESMTP\r\n", "Broken", "the proxy does not answer as HTTP: 220 mail.example.com ESMTP??")]
    [InlineData("HTTP/1.1 \u001b[31m\r\n\r\n", "Broken", "the proxy does not answer as HTTP: HTTP/1.1 ?[31m")]
    [InlineData("HTTP/1.1 200 OK\r\n", "NeedMore", null)]
    public void A_proxy_opens_a_tunnel_or_says_why_not(string answer, string kind, string? sentence)
    {
        // The result does not depend on how the answer is cut.
        foreach (var cut in Enumerable.Range(1, answer.Length))
        {
            var dialogue = new ConnectDialogue(new HttpProxy("proxy", 3128, null), ("gateway.test", 443));
            Assert.StartsWith("CONNECT gateway.test:443 HTTP/1.1\r\nHost: gateway.test:443\r\n", Encoding.ASCII.GetString(dialogue.Take([]).Output.Span), StringComparison.Ordinal);
            var step = dialogue.Take([]);
            foreach (var piece in Encoding.ASCII.GetBytes(answer).Chunk(cut).TakeWhile(_ => step.Kind == StepKind.NeedMore || (kind == "Broken" && step.Kind == StepKind.Ready)))
            {
                step = dialogue.Take(piece);
            }

            Assert.Equal(kind, step.Kind.ToString());
            if (cut == answer.Length)
            {
                Assert.Equal(sentence, step.Sentence);
            }
        }
    }

    [Fact]
    public void A_proxy_is_told_the_credentials_and_brackets_around_an_IPv6_address()
    {
        var request = Encoding.ASCII.GetString(new ConnectDialogue(new HttpProxy("proxy", 3128, "user:pass"), ("2001:db8::1", 443)).Take([]).Output.Span);

        Assert.Contains("CONNECT [2001:db8::1]:443 HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("Proxy-Authorization: Basic dXNlcjpwYXNz\r\n", request, StringComparison.Ordinal);
    }
}
