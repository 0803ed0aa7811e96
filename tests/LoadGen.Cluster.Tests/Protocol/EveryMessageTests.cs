using System.Collections;
using CsCheck;
using Google.Protobuf;
using LoadGen.Cluster.Protocol;

namespace LoadGen.Cluster.Tests.Protocol;

/// <summary>What holds for every kind of message, those that are still to come too.</summary>
public sealed class EveryMessageTests
{
    private readonly WireSerializer _serializer = new(null!);

    public static TheoryData<string> Manifests => [.. WireSerializer.Entries.Select(entry => entry.Manifest)];

    [Fact]
    public void Every_message_has_an_entry_and_samples()
    {
        var messages = typeof(IWireMessage).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(IWireMessage)) && !type.IsAbstract);

        Assert.Equal(messages.Order(Comparer<Type>.Create((a, b) => string.CompareOrdinal(a.FullName, b.FullName))), WireSerializer.Entries.Select(entry => entry.Type).OrderBy(type => type.FullName, StringComparer.Ordinal));
        Assert.Equal(WireSerializer.Entries.Select(entry => entry.Manifest).Order(), WireSamples.ByManifest.Keys.Order());
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void A_message_survives_the_wire(string manifest) => WireSamples.ByManifest[manifest].Sample(message =>
    {
        var bytes = _serializer.ToBinary(message);
        var arrived = _serializer.FromBinary(bytes, manifest);

        Assert.Equal(manifest, _serializer.Manifest(message));
        Assert.Equal(message.GetType(), arrived.GetType());
        Assert.Equivalent(message, arrived, strict: true);
        Assert.Equal(bytes, _serializer.ToBinary(arrived));
    }, iter: 30);

    [Theory]
    [MemberData(nameof(Manifests))]
    public void A_message_fills_every_field_that_it_has_on_the_wire(string manifest)
    {
        var unset = new HashSet<string>(StringComparer.Ordinal);
        var set = new HashSet<string>(StringComparer.Ordinal);
        WireSamples.ByManifest[manifest].Sample(message => Look((IMessage)((dynamic)message).ToWire(), set, unset), iter: 50, threads: 1);

        Assert.Empty(unset.Except(set));
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void A_message_that_was_cut_off_is_refused_with_its_name(string manifest) => WireSamples.ByManifest[manifest].Sample(message =>
    {
        Assert.Equal(manifest, Assert.IsType<Malformed>(_serializer.FromBinary(_serializer.ToBinary(message)[..^1], manifest)).Manifest);
    }, iter: 30);

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Bytes_that_are_no_message_are_refused_with_the_name_they_came_under(string manifest)
    {
        Assert.Equal(manifest, Assert.IsType<Malformed>(_serializer.FromBinary([0xff, 0xff, 0xff], manifest)).Manifest);
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Bytes_that_changed_on_the_way_are_a_message_or_malformed_and_never_an_exception(string manifest)
        => Gen.Select(WireSamples.ByManifest[manifest], Gen.Select(Gen.Int[0, 10_000], Gen.Byte).Array[1, 6]).Sample((message, changes) =>
        {
            var bytes = _serializer.ToBinary(message);
            foreach (var (at, value) in changes)
            {
                bytes[at % bytes.Length] = value;
            }

            Assert.True(_serializer.FromBinary(bytes, manifest) is Malformed or IWireMessage);
        }, iter: 300);

    // A sample that has one of several in a oneof leaves the others unset; over all samples each must come.
    private static void Look(IMessage message, HashSet<string> set, HashSet<string> unset)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            var value = field.Accessor.GetValue(message);
            var isSet = field.IsRepeated ? ((IList)value).Count > 0 : field.HasPresence ? field.Accessor.HasValue(message) : !IsDefault(value);
            (isSet ? set : unset).Add(field.FullName);
            foreach (var part in field.IsRepeated ? ((IList)value).OfType<IMessage>() : value is IMessage single ? [single] : [])
            {
                Look(part, set, unset);
            }
        }
    }

    private static bool IsDefault(object value) => value is string text ? text.Length == 0 : value is ByteString bytes ? bytes.IsEmpty : value.Equals(Activator.CreateInstance(value.GetType()));
}
