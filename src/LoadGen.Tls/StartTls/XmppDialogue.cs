using System.Buffers;
using System.Security;
using System.Text;

namespace LoadGen.Tls.StartTls;

/// <summary>
/// STARTTLS of XMPP from client to server, RFC 6120 section 5.4. Elements are identified by depth and local
/// name; the server chooses the prefixes, and no other namespace uses these names here.
/// </summary>
internal sealed class XmppDialogue(string serverName) : Dialogue
{
    private static readonly byte[] StartTls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8.ToArray();

    private Element _element;
    private int _depth;
    private bool _offersTls;
    private bool _asked;
    private string? _condition;

    // The children of the stream that matter before TLS.
    private enum Element
    {
        Other,
        Features,
        Proceed,
        Failure,
        Error,
    }

    protected override ReadOnlyMemory<byte> Opening { get; } = Encoding.UTF8.GetBytes(
        $"<?xml version='1.0'?><stream:stream to='{SecurityElement.Escape(serverName)}' version='1.0' xmlns='jabber:client' "
        + "xmlns:stream='http://etherx.jabber.org/streams'>");

    protected override Step Read(ReadOnlySpan<byte> unread, out int used)
    {
        var text = unread.IndexOf((byte)'<') is var at and >= 0 ? unread[..at] : unread;
        if (_depth == 0 && text.IndexOfAnyExcept(" \t\r\n"u8) is var odd and >= 0)
        {
            used = 0;
            return Broken($"the first byte is 0x{text[odd]:x2}");
        }

        if (!text.IsEmpty || unread.IsEmpty)
        {
            used = text.Length;
            return Step.NeedMore;
        }

        return XmlTag.Read(unread, out var tag, out used) switch
        {
            OperationStatus.Done => TakeTag(tag),
            OperationStatus.NeedMoreData => Step.NeedMore,
            _ => Broken("XML that is restricted or not well-formed"),
        };
    }

    private Step TakeTag(XmlTag tag)
    {
        if (tag.Kind == XmlTagKind.Declaration)
        {
            return Step.NeedMore;
        }

        if (_depth == 0 && !(tag.Kind == XmlTagKind.Start && tag.Name.SequenceEqual("stream"u8)))
        {
            return Broken($"the element {Excerpt.Of(tag.Name)}, expected stream");
        }

        if (tag.Kind != XmlTagKind.End)
        {
            Begin(tag.Name);
            _depth++;
        }

        if (tag.Kind != XmlTagKind.Start)
        {
            _depth--;
            return _depth switch
            {
                0 => Step.Refused("the server ended the stream"),
                1 => End(),
                _ => Step.NeedMore,
            };
        }

        return Step.NeedMore;
    }

    private void Begin(ReadOnlySpan<byte> name)
    {
        if (_depth == 1)
        {
            _element = name.SequenceEqual("features"u8) ? Element.Features
                : name.SequenceEqual("proceed"u8) ? Element.Proceed
                : name.SequenceEqual("failure"u8) ? Element.Failure
                : name.SequenceEqual("error"u8) ? Element.Error
                : Element.Other;
        }
        else if (_depth == 2)
        {
            _offersTls |= _element == Element.Features && name.SequenceEqual("starttls"u8);
            _condition ??= _element == Element.Error ? Excerpt.Of(name) : null;
        }
    }

    private Step End()
    {
        switch (_element)
        {
            case Element.Features when !_asked:
                _asked = _offersTls;
                return _offersTls ? Step.Say(StartTls) : Step.Refused("the server does not offer STARTTLS");
            case Element.Proceed:
                return _asked ? Step.Ready : Broken("proceed before it was requested");
            case Element.Failure:
                return Step.Refused("the server replied: failure");
            case Element.Error:
                return Step.Refused($"the server replied: stream error {_condition ?? "without a condition"}");
            default:
                return Step.NeedMore;
        }
    }

    private static Step Broken(string why) => Step.Broken($"unexpected XMPP reply: {why}");
}

/// <summary>
/// One tag of an XML stream: its kind and its name without a prefix. A stream is no document
/// before it ends, so an XML reader for documents is of no use here.
/// </summary>
internal readonly ref struct XmlTag
{
    public XmlTagKind Kind { get; private init; }

    public ReadOnlySpan<byte> Name { get; private init; }

    /// <summary>
    /// Reads the tag that begins with the first byte. Comments, document types and CDATA sections are invalid in a
    /// stream (RFC 6120 section 11.1).
    /// </summary>
    public static OperationStatus Read(ReadOnlySpan<byte> data, out XmlTag tag, out int used)
    {
        tag = default;
        used = 0;
        if (data.Length < 2)
        {
            return OperationStatus.NeedMoreData;
        }

        if (data[0] != '<' || data[1] == '!')
        {
            return OperationStatus.InvalidData;
        }

        var length = FindLength(data);
        if (length == 0)
        {
            return OperationStatus.NeedMoreData;
        }

        used = length;
        var isEnd = data[1] == '/';
        var inside = data[(isEnd ? 2 : 1)..(length - 1)];
        tag = new XmlTag
        {
            Kind = data[1] == '?' ? XmlTagKind.Declaration
                : isEnd ? XmlTagKind.End
                : inside is [.., (byte)'/'] ? XmlTagKind.Empty
                : XmlTagKind.Start,
            Name = ReadLocalName(inside),
        };
        return tag.Name.IsEmpty ? OperationStatus.InvalidData : OperationStatus.Done;
    }

    // A quoted value may contain ">" too (XML 1.0 section 2.3). 0 if the tag is incomplete.
    private static int FindLength(ReadOnlySpan<byte> data)
    {
        for (var at = 0; ; at++)
        {
            var next = data[at..].IndexOfAny((byte)'>', (byte)'"', (byte)'\'');
            if (next < 0)
            {
                return 0;
            }

            at += next;
            if (data[at] == '>')
            {
                return at + 1;
            }

            var quoted = data[(at + 1)..].IndexOf(data[at]);
            if (quoted < 0)
            {
                return 0;
            }

            at += quoted + 1;
        }
    }

    private static ReadOnlySpan<byte> ReadLocalName(ReadOnlySpan<byte> inside)
    {
        var end = inside.IndexOfAny(" \t\r\n/"u8);
        var name = end < 0 ? inside : inside[..end];
        return name[(name.IndexOf((byte)':') + 1)..];
    }
}

/// <summary>The kinds of tags in an XML stream.</summary>
internal enum XmlTagKind
{
    /// <summary>A processing instruction such as <c>&lt;?xml version='1.0'?&gt;</c>.</summary>
    Declaration,

    /// <summary><c>&lt;name&gt;</c></summary>
    Start,

    /// <summary><c>&lt;/name&gt;</c></summary>
    End,

    /// <summary><c>&lt;name/&gt;</c></summary>
    Empty,
}
