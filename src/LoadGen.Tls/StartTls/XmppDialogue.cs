using System.Buffers;
using System.Security;
using System.Text;

namespace LoadGen.Tls.StartTls;

/// <summary>
/// STARTTLS of XMPP from client to server, RFC 6120 section 5.4. Elements are told apart by their place and their name;
/// their prefixes are the server's choice, and no other namespace has these names here.
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
            return Broken($"its first byte is 0x{text[odd]:x2}");
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
            _ => Broken("its XML is restricted or not well-formed"),
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
            return Broken($"it sent {Excerpt.Of(tag.Name)} rather than a stream");
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
                return _asked ? Step.Ready : Broken("it told to proceed before it was asked");
            case Element.Failure:
                return Step.Refused("the server said: failure");
            case Element.Error:
                return Step.Refused($"the server said: stream error {_condition ?? "without a condition"}");
            default:
                return Step.NeedMore;
        }
    }

    private static Step Broken(string why) => Step.Broken($"the server did not answer as XMPP does: {why}");
}
