namespace LoadGen.Core.Tallies;

/// <summary>Books as part of an encoded tally.</summary>
internal static class BooksCodec
{
    public static void Encode(Books books, TallyWriter writer)
    {
        writer.Number(books.Scheduled);
        writer.Number(books.Completed);
        writer.Number(books.Failed);
        writer.Number(books.Dropped);
        writer.Number(books.Lost);
    }

    public static Books Decode(ref TallyReader reader)
        => new(reader.Number(), reader.Number(), reader.Number(), reader.Number(), reader.Number());
}
