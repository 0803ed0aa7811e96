using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoadGen.Core;

/// <summary>
/// The names of enum members in plans, results, metrics and messages: the member in snake case (<c>TcpConnect</c> is
/// <c>tcp_connect</c>), or what its <see cref="JsonStringEnumMemberNameAttribute"/> says. They are part of the contract.
/// </summary>
public static class EnumNames
{
    /// <summary>The name of a value, such as <c>handshake_timeout</c>; a value that has none, as a peer may send, in hexadecimal.</summary>
    public static string Name<T>(this T value)
        where T : struct, Enum
        => Of<T>.Table.NameOf(Unsafe.SizeOf<T>() == sizeof(int) ? Unsafe.BitCast<T, int>(value) : Convert.ToInt64(value, null));

    /// <summary>Every name, in the order of the enum's values.</summary>
    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum => Of<T>.Table.Names;

    /// <summary>Finds a value by its name.</summary>
    public static bool TryParse<T>(string name, out T value)
        where T : struct, Enum
    {
        var index = Array.IndexOf(Of<T>.Table.Names, name);
        value = index < 0 ? default : (T)Enum.ToObject(typeof(T), Of<T>.Table.Values[index]);
        return index >= 0;
    }

    private static class Of<T>
        where T : struct, Enum
    {
        public static readonly Table Table = new(typeof(T));
    }

    // Of no enum in particular: code that is generic over one would be compiled for each, at every start of the program.
    private sealed class Table
    {
        public Table(Type type)
        {
            var members = Enum.GetNames(type);
            Names = Array.ConvertAll(members, member
                => type.GetField(member)!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(member));
            Values = Array.ConvertAll(members, member => Convert.ToInt64(Enum.Parse(type, member), null));
        }

        public string[] Names { get; }

        public long[] Values { get; }

        // Most enums count from zero.
        public string NameOf(long value)
        {
            var index = value >= 0 && value < Values.Length && Values[value] == value ? (int)value : Array.IndexOf(Values, value);
            return index >= 0 ? Names[index] : $"0x{value:x4}";
        }
    }
}
