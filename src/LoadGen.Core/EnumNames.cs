using System.Collections.Frozen;
using System.Reflection;
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
        where T : struct, Enum => Names<T>.OfValues.TryGetValue(value, out var name) ? name : $"0x{Convert.ToInt64(value, null):x4}";

    /// <summary>Every name, in the order of the enum's values.</summary>
    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum => Names<T>.All;

    /// <summary>Finds a value by its name.</summary>
    public static bool TryParse<T>(string name, out T value)
        where T : struct, Enum => Names<T>.Values.TryGetValue(name, out value);

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, string> OfValues = Enum.GetValues<T>().ToFrozenDictionary(value => value, NameOf);
        public static readonly FrozenDictionary<string, T> Values = OfValues.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);
        public static readonly IReadOnlyList<string> All = [.. Enum.GetValues<T>().Select(NameOf)];

        private static string NameOf(T value)
        {
            var member = value.ToString();
            return typeof(T).GetField(member)!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(member);
        }
    }
}
