namespace LoadGen.Core.Tallies;

/// <summary>What became of connections that were held open after their handshakes.</summary>
/// <param name="Connections">All of them.</param>
/// <param name="EndedByServer">Those that the server closed or reset before their time.</param>
public readonly record struct HeldCount(long Connections, long EndedByServer)
{
    public static HeldCount operator +(HeldCount left, HeldCount right) => Add(left, right);

    public static HeldCount Add(HeldCount left, HeldCount right)
        => new(left.Connections + right.Connections, left.EndedByServer + right.EndedByServer);
}
