using CsCheck;
using LoadGen.Core;
using LoadGen.Core.Handshakes;
using LoadGen.Tls.StartTls;

namespace LoadGen.Tls.Tests.StartTls;

/// <summary>What every dialogue must do alike, whatever its protocol.</summary>
public sealed class DialogueTests
{
    public static TheoryData<string> GoodNames => Transcripts.GoodNames;

    [Theory]
    [MemberData(nameof(GoodNames))]
    public void A_good_dialogue_ends_in_tls_turn_by_turn(string name)
    {
        var transcript = Transcripts.Good[name];
        var conversation = new Conversation(transcript.Protocol);

        Assert.Equal(transcript.Opening, conversation.Hear(""));
        foreach (var (server, client) in transcript.Turns)
        {
            Assert.Equal(StepKind.NeedMore, conversation.Last.Kind);
            Assert.Equal(client, conversation.Hear(server));
        }

        Assert.Equal(Step.Ready, conversation.Last);
    }

    [Theory]
    [MemberData(nameof(GoodNames))]
    public void A_good_dialogue_is_the_same_wherever_it_is_cut(string name)
    {
        var transcript = Transcripts.Good[name];
        var words = transcript.ServerWords;
        var said = transcript.Opening + string.Concat(transcript.Turns.Select(turn => turn.Client));

        Assert.All(Enumerable.Range(0, words.Length), place => AssertReady(Conversation.Cut(transcript.Protocol, words, place)));
        AssertReady(Conversation.Cut(transcript.Protocol, words, Enumerable.Range(0, words.Length)));

        void AssertReady(Conversation conversation)
        {
            Assert.Equal(Step.Ready, conversation.Last);
            Assert.Equal(said, conversation.Said);
        }
    }

    [Theory]
    [MemberData(nameof(GoodNames))]
    public void A_good_dialogue_is_not_over_before_its_last_byte(string name)
    {
        var transcript = Transcripts.Good[name];
        var words = transcript.ServerWords;

        Assert.All(
            Enumerable.Range(0, words.Length),
            length => Assert.Equal(StepKind.NeedMore, Conversation.Of(transcript.Protocol, words[..length]).Last.Kind));
    }

    [Theory]
    [MemberData(nameof(GoodNames))]
    public void Bytes_after_the_go_ahead_are_told_wherever_they_are_cut(string name)
    {
        var transcript = Transcripts.Good[name];
        var words = transcript.ServerWords + "a1 LOGIN me secret\r\n";

        Assert.Equal(
            Step.Broken("the server sent 20 bytes after its go-ahead, before TLS"),
            Conversation.Of(transcript.Protocol, words).Last);
        Assert.Equal(
            Step.Broken("the server sent 1 byte after its go-ahead, before TLS"),
            Conversation.Of(transcript.Protocol, transcript.ServerWords, "\0").Last);
        Assert.All(
            Enumerable.Range(0, words.Length),
            place => Assert.Equal(StepKind.Broken, Conversation.Cut(transcript.Protocol, words, place).Last.Kind));
    }

    [Fact]
    public void Whatever_a_server_says_comes_to_the_same_wherever_it_is_cut()
    {
        var spoiltAndCuts =
            from transcript in Gen.Int[0, Transcripts.Good.Count - 1].Select(index => Transcripts.Good.Values.ElementAt(index))
            from at in Gen.Int[0, transcript.ServerWords.Length - 1]
            from removed in Gen.Int[0, Math.Min(3, transcript.ServerWords.Length - at)]
            from added in Gen.OneOf(Gen.Char['\0', '\u00ff'].Array[0, 3], Gen.Char["0124589-+*<>/!?'\" \r\nSNE\u0080"].Array[0, 3])
            let words = transcript.ServerWords.Remove(at, removed).Insert(at, new string(added))
            from cuts in Gen.Int[0, words.Length].Array[0, 5]
            select (transcript.Protocol, words, cuts);
        spoiltAndCuts.Sample((protocol, words, cuts) =>
        {
            var whole = Conversation.Of(protocol, words);
            var pieces = Conversation.Cut(protocol, words, cuts);

            Assert.Equal(whole.Said, pieces.Said);
            Assert.Equal(whole.Last.Kind, pieces.Last.Kind);

            // How many bytes came too early is known only as far as they have come.
            if (whole.Last.Sentence?.Contains("go-ahead", StringComparison.Ordinal) != true)
            {
                Assert.Equal(whole.Last, pieces.Last);
            }
        }, iter: 20_000);
    }

    [Fact]
    public void Nonsense_never_ends_in_an_exception_or_in_tls()
        => Gen.Select(Gen.Enum<StartTlsProtocol>(), Gen.Char['\0', '\u00ff'].Array[1, 60].Array[0, 6]).Sample((protocol, reads) =>
        {
            var conversation = Conversation.Of(protocol, reads.Select(read => new string(read)));

            // PostgreSQL says no more than one letter.
            Assert.True(conversation.Last.Kind is not StepKind.Ready || protocol == StartTlsProtocol.Postgres);
            Assert.Equal(conversation.IsOver, conversation.Last.Sentence is not null);
        }, iter: 20_000);

    [Theory]
    [InlineData(StartTlsProtocol.Smtp, "", "no line ends")]
    [InlineData(StartTlsProtocol.Smtp, "", "220-more\r\n")]
    [InlineData(StartTlsProtocol.Smtp, "220 hello\r\n", "250-STARTTLS\r\n")]
    [InlineData(StartTlsProtocol.Imap, "* OK\r\n", "* OK still here\r\n")]
    [InlineData(StartTlsProtocol.Pop3, "+OK", "K")]
    [InlineData(StartTlsProtocol.Ldap, "0\u0084\u007f\u00ff\u00ff\u00ff", "0")]
    [InlineData(StartTlsProtocol.MySql, "\0\0\u0001\0", "\n")]
    [InlineData(StartTlsProtocol.Ftp, "", "120 soon\r\n")]
    [InlineData(StartTlsProtocol.Ftp, "220-\r\n", "welcome\r\n")]
    [InlineData(StartTlsProtocol.Xmpp, "", " ")]
    [InlineData(StartTlsProtocol.Xmpp, "<stream ", "a='>' ")]
    [InlineData(StartTlsProtocol.Xmpp, "<stream>", "text")]
    [InlineData(StartTlsProtocol.Xmpp, "<stream>", "<deep>")]
    [InlineData(StartTlsProtocol.Xmpp, "<stream>", "<proceeding/>")]
    public void A_server_that_never_ends_is_ended(StartTlsProtocol protocol, string first, string again)
    {
        const int Read = 1024;
        var conversation = Conversation.Of(protocol, first);
        var read = string.Concat(Enumerable.Repeat(again, Read / again.Length));

        var received = first.Length;
        while (conversation.Last.Kind == StepKind.NeedMore)
        {
            conversation.Hear(read);
            received += read.Length;
        }

        Assert.Equal(Step.Broken("the server sent more than 65536 bytes before TLS"), conversation.Last);
        Assert.InRange(received, Dialogue.MaxBytes + 1, Dialogue.MaxBytes + Read);
    }

    [Theory]
    [InlineData(0, "Ready")]
    [InlineData(1, "Broken")]
    public void The_bound_is_the_same_for_many_reads_and_for_one(int over, string kind)
    {
        var expected = Enum.Parse<StepKind>(kind);
        const string Greeting = "* OK\r\n";
        const string GoAhead = "a1 OK\r\n";
        var words = Greeting + "* " + new string('x', Dialogue.MaxBytes + over - Greeting.Length - GoAhead.Length - 4) + "\r\n" + GoAhead;

        Assert.Equal(expected, Conversation.Of(StartTlsProtocol.Imap, words).Last.Kind);
        Assert.Equal(expected, Conversation.Of(StartTlsProtocol.Imap, words.Chunk(1000).Select(read => new string(read))).Last.Kind);
    }

    [Fact]
    public void Every_protocol_has_a_name_and_a_good_dialogue()
    {
        var protocols = Enum.GetValues<StartTlsProtocol>();

        Assert.Equal(protocols, Transcripts.Good.Values.Select(transcript => transcript.Protocol).Distinct().Order());
        Assert.Equal(EnumNames.All<StartTlsProtocol>(), protocols.Select(protocol => protocol.Name()));
        Assert.All(protocols, protocol =>
        {
            Assert.True(EnumNames.TryParse<StartTlsProtocol>(protocol.Name(), out var parsed));
            Assert.Equal(protocol, parsed);
        });
        Assert.False(EnumNames.TryParse<StartTlsProtocol>("gopher", out _));
    }
}
