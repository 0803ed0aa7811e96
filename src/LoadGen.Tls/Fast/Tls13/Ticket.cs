using System.Buffers.Binary;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast.Tls13;

/// <summary>A ticket of TLS 1.3 with the key that belongs to it (RFC 8446 section 4.6.1).</summary>
/// <param name="suite">The suite of the handshake that it came from, whose hash it is for.</param>
/// <param name="identity">What is shown to the server.</param>
/// <param name="key">The pre-shared key.</param>
/// <param name="lifetime">How long it may be offered.</param>
/// <param name="ageAdd">What hides its age.</param>
/// <param name="mostEarlyData">The most bytes of early data; 0 for none.</param>
/// <param name="protocol">The application protocol of the session, which early data is in.</param>
internal sealed class Ticket(SuiteParts suite, byte[] identity, byte[] key, TimeSpan lifetime, uint ageAdd, uint mostEarlyData, string? protocol) : Session(lifetime)
{
    public override bool IsSingleUse => true;

    public SuiteParts Suite => suite;

    public ReadOnlySpan<byte> Key => key;

    public uint MostEarlyData => mostEarlyData;

    public string? Protocol => protocol;

    /// <summary>How many bytes the list of binders takes at the end of ClientHello, of one binder.</summary>
    public int BindersBytes => sizeof(ushort) + sizeof(byte) + suite.Hash.Bytes();

    /// <summary>Writes the extensions early_data (section 4.2.10), if there is any, and pre_shared_key (section 4.2.11), which is the last one; its binder is zeros until it is set.</summary>
    /// <param name="hello">ClientHello.</param>
    /// <param name="age">How old the ticket is.</param>
    /// <param name="withEarlyData">Whether early data follows.</param>
    public void WriteExtensions(ref PooledBytes hello, TimeSpan age, bool withEarlyData)
    {
        if (withEarlyData)
        {
            hello.AppendU16((int)TlsExtension.early_data);
            hello.AppendU16(0);
        }

        var identities = sizeof(ushort) + identity.Length + sizeof(uint);
        hello.AppendU16((int)TlsExtension.pre_shared_key);
        hello.AppendU16(sizeof(ushort) + identities + BindersBytes);
        hello.AppendU16(identities);
        hello.AppendU16(identity.Length);
        hello.Append(identity);
        BinaryPrimitives.WriteUInt32BigEndian(hello.Add(sizeof(uint)), unchecked((uint)(long)age.TotalMilliseconds + ageAdd));
        hello.AppendU16(sizeof(byte) + suite.Hash.Bytes());
        hello.Append((byte)suite.Hash.Bytes());
        hello.Add(suite.Hash.Bytes()).Clear();
    }
}

/// <summary>A ticket as one ClientHello offers it.</summary>
/// <param name="Ticket">The ticket.</param>
/// <param name="Age">How old it is.</param>
/// <param name="WithEarlyData">Whether early data follows ClientHello.</param>
internal readonly record struct TicketOffer(Ticket Ticket, TimeSpan Age, bool WithEarlyData);

/// <summary>NewSessionTicket (RFC 8446 section 4.6.1).</summary>
internal ref struct NewSessionTicket
{
    /// <summary>The longest that fits into a ClientHello beside all else.</summary>
    private const int MostIdentityBytes = 60_000;

    /// <summary>Whatever the server says, a client keeps a ticket no longer.</summary>
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(7);

    private ReadOnlySpan<byte> _identity;
    private uint _ageAdd;
    private uint _mostEarlyData;

    /// <summary>What tells apart the keys of several tickets.</summary>
    public ReadOnlySpan<byte> Nonce { get; private set; }

    /// <summary>How long the server takes it.</summary>
    public TimeSpan Lifetime { get; private set; }

    /// <summary>Whether it can be offered at all.</summary>
    public readonly bool IsUsable => Lifetime > TimeSpan.Zero && _identity.Length <= MostIdentityBytes;

    /// <summary>Reads the body of the message.</summary>
    public Refusal? Read(ReadOnlySpan<byte> body)
    {
        var message = new WireReader(body);
        Lifetime = TimeSpan.FromSeconds(message.U32());
        _ageAdd = message.U32();
        Nonce = message.Vector8();
        _identity = message.Vector16();
        var reader = new ExtensionReader(message.Vector16());
        if (!message.IsComplete || _identity.IsEmpty)
        {
            return Refusal.Undecodable(TlsMessage.new_session_ticket);
        }

        // Those that are not known are to be ignored.
        while (reader.Read())
        {
            if (reader.Type == TlsExtension.early_data)
            {
                var content = new WireReader(reader.Content);
                _mostEarlyData = content.U32();
                if (!content.IsComplete)
                {
                    return Refusal.Undecodable(TlsMessage.new_session_ticket);
                }
            }
        }

        Lifetime = Lifetime < LongestLifetime ? Lifetime : LongestLifetime;
        return reader.IsBroken ? Refusal.Undecodable(TlsMessage.new_session_ticket) : reader.HasRepetition ? Refusal.Repeated(TlsMessage.new_session_ticket) : null;
    }

    /// <summary>The ticket, to be kept.</summary>
    /// <param name="suite">The suite of the handshake.</param>
    /// <param name="key">Its pre-shared key.</param>
    /// <param name="protocol">The application protocol of the handshake.</param>
    public readonly Ticket With(SuiteParts suite, byte[] key, string? protocol)
        => new(suite, _identity.ToArray(), key, Lifetime, _ageAdd, _mostEarlyData, protocol);
}
