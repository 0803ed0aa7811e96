using System.Text;

namespace LoadGen.Tests;

public sealed class PatientWriterTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void What_is_written_arrives_in_order()
    {
        var reader = new StringWriter();
        var writer = new PatientWriter(reader);

        writer.Write("a");
        writer.WriteLine("b");
        writer.Write('c');
        writer.Drain(Patience);

        Assert.Equal("ab\nc", reader.ToString());
    }

    [Fact]
    public void A_reader_that_does_not_read_holds_up_nothing_and_misses_the_oldest()
    {
        using var reader = new StoppedReader();
        var writer = new PatientWriter(reader);
        writer.Write("first ");
        reader.Reached.Wait(Patience, TestContext.Current.CancellationToken);

        for (var i = 0; i < 3; i++)
        {
            writer.Write(new string((char)('x' + i), PatientWriter.MostCharacters / 2));
        }

        writer.Write("last");
        reader.GoOn.Set();
        writer.Drain(Patience);

        var read = reader.ToString();
        Assert.StartsWith("first \n[", read, StringComparison.Ordinal);
        Assert.Contains("characters dropped", read, StringComparison.Ordinal);
        Assert.EndsWith("zzlast", read, StringComparison.Ordinal);
        Assert.DoesNotContain('x', read);
    }

    [Fact]
    public void A_reader_that_fails_is_told_of_once_and_tried_again()
    {
        using var reader = new FullDisk();
        var writer = new PatientWriter(reader);

        writer.Write("lost");
        writer.Drain(Patience);
        writer.Write("kept");
        writer.Drain(Patience);

        Assert.Equal("full", writer.Failure);
        Assert.Equal("kept", reader.ToString());
    }

    private sealed class StoppedReader : StringWriter
    {
        public ManualResetEventSlim Reached { get; } = new();

        public ManualResetEventSlim GoOn { get; } = new();

        public override void Write(string? value)
        {
            Reached.Set();
            GoOn.Wait(Patience);
            base.Write(value);
        }
    }

    private sealed class FullDisk : StringWriter
    {
        private bool _failed;

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(string? value)
        {
            if (!_failed)
            {
                _failed = true;
                throw new IOException("full");
            }

            base.Write(value);
        }
    }
}
