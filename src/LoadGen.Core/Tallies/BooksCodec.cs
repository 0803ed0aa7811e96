namespace LoadGen.Core.Tallies;

/// <summary>Books as part of an encoded tally.</summary>
internal static class BooksCodec
{
    /// <summary>No run has more arrivals, and sums of so many of them do not overflow.</summary>
    private const long Most = 1L << 53;

    public static void Encode(Books books, TallyWriter writer)
    {
        writer.Number(books.Scheduled);
        writer.Number(books.Completed);
        writer.Number(books.Failed);
        writer.Number(books.Dropped);
        writer.Number(books.Lost);
    }

    public static Books Decode(ref TallyReader reader)
    {
        var books = new Books(reader.Count(), reader.Count(), reader.Count(), reader.Count(), reader.Count());
        return books.Scheduled <= Most && books.Balance ? books : throw new TallyFormatException("the books of a tally do not balance");
    }
}
