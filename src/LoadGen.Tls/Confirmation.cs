using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;

namespace LoadGen.Tls;

/// <summary>
/// What the server answers after the handshake, where its profile waits for that. Only what began after the request or close_notify was
/// written can be an answer to it: a TLS 1.3 server may send application data before it has our Finished, which confirms nothing.
/// </summary>
internal sealed class Confirmation
{
    private IReadOnlyList<string> _expected = [];
    private HttpAnswer? _answer;

    // Whether the record that is being read began before the question.
    private bool _isEarly;
    private bool _isConcluded;

    /// <summary>What the profile waits for.</summary>
    public Confirm Kind { get; private set; }

    /// <summary>Whether the question was written.</summary>
    public bool IsAsked { get; private set; }

    /// <summary>Whether the question is to be written now.</summary>
    public bool HasQuestion { get; private set; }

    /// <summary>Whether the server answered as the profile wants it.</summary>
    public bool IsConfirmed { get; private set; }

    /// <summary>Whether the server sent close_notify.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>The status of the HTTP answer that confirmed the handshake; <see langword="null"/> before, and for anything else.</summary>
    public int? Status => _answer?.Status;

    /// <summary>Why the answer confirms nothing; <see langword="null"/> while it may.</summary>
    public MachineFault? Fault { get; private set; }

    /// <summary>The milestones that are reached by what the profile waits for.</summary>
    public Milestones Reached => IsConfirmed ? Milestones.ServerConfirmed | Milestones.Complete
        : _isConcluded && Kind == Confirm.None ? Milestones.Complete
        : Milestones.None;

    /// <summary>What is still to come from the server.</summary>
    public string Awaited => (IsAsked, Kind) switch
    {
        (true, Confirm.Http) => "it answered the HTTP request",
        (true, _) => "it answered close_notify (RFC 8446 section 6.1; use confirm: http for HTTP servers that never answer it)",
        _ => "the handshake finished",
    };

    /// <summary>Begins a handshake of a profile.</summary>
    public void Begin(Profile profile)
    {
        Kind = profile.Confirm;
        _expected = profile.ExpectStatus.Count > 0 ? profile.ExpectStatus : HttpStatus.Success;
        (_answer, _isEarly, _isConcluded, Fault) = (null, false, false, null);
        (IsAsked, HasQuestion, IsConfirmed, IsClosed) = (false, false, false, false);
    }

    /// <summary>The first bytes of a record have come.</summary>
    public void BeginRecord() => _isEarly = !IsAsked;

    /// <summary>The question is written.</summary>
    public void Ask() => (IsAsked, HasQuestion) = (true, false);

    /// <summary>Application data has come. It is only looked at as the answer to our request.</summary>
    public void TakeData(ReadOnlySpan<byte> bytes)
    {
        if (!IsAsked || _isEarly || Kind != Confirm.Http || IsConfirmed)
        {
            return;
        }

        _answer ??= new HttpAnswer(_expected);
        _answer.Take(bytes);
        Fault = _answer.Fault;
        IsConfirmed = _answer.IsConfirmed;
    }

    /// <summary>The server's close_notify has come.</summary>
    /// <param name="isHandshakeComplete">Whether the handshake is complete but for its confirmation.</param>
    public void TakeCloseNotify(bool isHandshakeComplete)
    {
        IsClosed = true;
        if (IsAsked && Kind == Confirm.Close && !_isEarly)
        {
            IsConfirmed = true;
        }
        else if (!isHandshakeComplete || (IsAsked && !IsConfirmed))
        {
            Fault ??= ServerFaults.ClosedBefore(Awaited);
        }
    }

    /// <summary>The handshake is complete but for its confirmation: if its profile waits for one, the server is to be asked, unless it has left.</summary>
    public void Conclude(Negotiated negotiated)
    {
        _isConcluded = true;
        if (Kind == Confirm.None || IsAsked)
        {
            return;
        }

        HasQuestion = !IsClosed;
        if (IsClosed && Kind == Confirm.Close && negotiated is { TlsVersion: < TlsVersion.Tls13, Resumed: false })
        {
            // In a full handshake of TLS 1.2 the server's Finished answers ours; one that closes with it need not be asked any more.
            IsConfirmed = true;
        }
        else if (IsClosed)
        {
            Fault ??= ServerFaults.ClosedBefore("it was asked for a confirmation");
        }
    }
}
