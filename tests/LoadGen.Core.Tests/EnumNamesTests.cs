using LoadGen.Core.Generator;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;

namespace LoadGen.Core.Tests;

public sealed class EnumNamesTests
{
    [Fact]
    public void A_name_is_the_member_in_snake_case_or_what_its_attribute_says()
    {
        Assert.Equal("tcp_connect", Phase.TcpConnect.Name());
        Assert.Equal("starttls_refused", FailureKind.StartTlsRefused.Name());
        Assert.Equal("1.3", TlsVersion.Tls13.Name());
        Assert.Equal("mysql", StartTlsProtocol.MySql.Name());
        Assert.Equal("gc_pause", GeneratorLimit.GcPause.Name());
        Assert.Equal(["notify", "rst", "fin", "abort"], EnumNames.All<CloseMode>());
        Assert.Equal(["1.0", "1.1", "1.2", "1.3"], EnumNames.All<TlsVersion>());
    }

    [Fact]
    public void A_value_without_a_name_is_told_in_hexadecimal() => Assert.Equal("0x7f1c", ((TlsVersion)0x7f1c).Name());

    [Fact]
    public void Every_name_is_read_as_its_value_and_no_other()
    {
        Assert.All(Enum.GetValues<FailureKind>(), kind => Assert.True(EnumNames.TryParse<FailureKind>(kind.Name(), out var read) && read == kind));
        Assert.All(Enum.GetValues<TlsVersion>(), version => Assert.True(EnumNames.TryParse<TlsVersion>(version.Name(), out var read) && read == version));
        Assert.False(EnumNames.TryParse<TlsVersion>("1.4", out _));
        Assert.False(EnumNames.TryParse<Phase>("TcpConnect", out _));
    }
}
