using System.Globalization;
using System.Text;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Plans.Units;

namespace LoadGen.Tls;

/// <summary>The request that is to confirm a handshake.</summary>
internal static class HttpRequest
{
    private const int DefaultPort = 443;

    /// <summary>A GET of <c>/</c> in HTTP/1.1, after which the server may close (RFC 9112 section 9.6).</summary>
    /// <param name="host">The server's name or address.</param>
    /// <param name="port">Its port, part of Host unless it is the usual one (RFC 9110 section 7.2).</param>
    public static byte[] For(string host, int port)
    {
        return Encoding.ASCII.GetBytes(
            $"GET / HTTP/1.1\r\nHost: {(port == DefaultPort ? AddressText.Bracketed(host) : AddressText.Format(host, port))}\r\nUser-Agent: loadgen\r\nConnection: close\r\n\r\n");
    }
}

/// <summary>
/// Reads the status line of the answer to an HTTP/1.1 request (RFC 9112 section 4), however its bytes are cut. Interim answers
/// (1xx, RFC 9110 section 15.2) are skipped, except 101: nobody asked for another protocol.
/// </summary>
/// <param name="expected">The statuses that confirm the handshake, as <see cref="HttpStatus"/> has them.</param>
internal sealed class HttpAnswer(IReadOnlyList<string> expected)
{
    // As long as RFC 9112 section 3 advises for the first line of a request.
    private const int LongestLine = 8000;

    /// <summary>All interim answers together.</summary>
    private const int MostBytes = 64 * 1024;

    private const int SwitchingProtocols = 101;

    private readonly List<byte> _line = [];
    private int _bytes;
    private bool _isInHeader;

    /// <summary>Whether the status line of the final answer has come, with a status that was expected.</summary>
    public bool IsConfirmed { get; private set; }

    /// <summary>The status that confirmed the handshake; <see langword="null"/> before.</summary>
    public int? Status { get; private set; }

    /// <summary>Why the answer confirms nothing; <see langword="null"/> while it may.</summary>
    public MachineFault? Fault { get; private set; }

    private static ReadOnlySpan<byte> Version => "HTTP/1."u8;

    /// <summary>Takes the next bytes of the answer. What follows the final status line is not looked at.</summary>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        foreach (var one in bytes)
        {
            if (IsConfirmed || Fault is not null)
            {
                return;
            }

            if (++_bytes > MostBytes)
            {
                Fault = NotHttp($"it sent more than {MostBytes:N0} bytes of interim answers");
                return;
            }

            if (one == '\n')
            {
                EndLine();
            }
            else
            {
                AddToLine(one);
            }
        }
    }

    private void AddToLine(byte one)
    {
        _line.Add(one);
        if (!_isInHeader && _line.Count <= Version.Length && Version[_line.Count - 1] != one)
        {
            Fault = NotHttp($"it begins with {Quoted(_line)}");
        }
        else if (_line.Count > LongestLine)
        {
            Fault = NotHttp($"a line of it is longer than {LongestLine:N0} bytes");
        }
    }

    private void EndLine()
    {
        if (_line is [.., (byte)'\r'])
        {
            _line.RemoveAt(_line.Count - 1);
        }

        if (_isInHeader)
        {
            // An empty line ends the interim answer.
            _isInHeader = _line.Count > 0;
        }
        else if (StatusOf(_line) is not { } status)
        {
            Fault = NotHttp($"its first line is {Quoted(_line)}");
        }
        else if (status is >= 100 and < 200 and not SwitchingProtocols)
        {
            _isInHeader = true;
        }
        else
        {
            IsConfirmed = HttpStatus.IsAny(expected, status);
            Status = IsConfirmed ? status : null;
            Fault = IsConfirmed ? null : new(
                FailureKind.UnexpectedStatus, FaultSide.Server, null, $"the server answered the request with HTTP status {status} (expected {string.Join(", ", expected)})");
        }

        _line.Clear();
    }

    // HTTP/1.1 200, and a space where a reason follows.
    private static int? StatusOf(List<byte> line)
    {
        var start = Version.Length;
        return line.Count >= start + 5
            && char.IsAsciiDigit((char)line[start])
            && line[start + 1] == ' '
            && (line.Count == start + 5 || line[start + 5] == ' ')
            && int.TryParse(Encoding.ASCII.GetString([.. line[(start + 2)..(start + 5)]]), NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            && status is >= 100 and <= 599
            ? status
            : null;
    }

    private static MachineFault NotHttp(string why)
        => new(FailureKind.ProtocolError, FaultSide.Server, null, $"the server did not answer the request in HTTP/1.1: {why}");

    // Texts of a peer are made harmless where they become part of a failure.
    private static string Quoted(List<byte> line)
    {
        const int Most = 60;
        return $"\"{Encoding.Latin1.GetString([.. line.Take(Most)])}{(line.Count > Most ? "…" : "")}\"";
    }
}
