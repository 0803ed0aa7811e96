using System.Net.Security;
using System.Reflection;
using LoadGen.Tls.Offers;
using Org.BouncyCastle.Tls;

namespace LoadGen.Tls.Tests.Offers;

/// <summary>The names and numbers are those that BouncyCastle has from the same registries.</summary>
public sealed class CodePointsTests
{
    [Fact]
    public void Every_group_has_the_number_of_its_name() => AssertSame(typeof(NamedGroup), value => ((TlsGroup)value).Name());

    [Fact]
    public void Every_signature_scheme_has_the_number_of_its_name()
        => AssertSame(typeof(SignatureScheme), value => ((TlsSignatureScheme)value).Name());

    [Fact]
    public void Every_alert_has_the_number_of_its_name() => AssertSame(typeof(AlertDescription), value => ((TlsAlert)value).Name());

    [Fact]
    public void A_number_without_a_name_is_told_in_hexadecimal_digits_and_an_alert_without_one_in_decimal()
    {
        Assert.Equal("0x1A1A", ((TlsGroup)0x1a1a).Name());
        Assert.Equal("0x0000", ((TlsSignatureScheme)0).Name());
        Assert.Equal("0xFAFA", ((TlsCipherSuite)0xfafa).Name());
        Assert.Equal("TLS_AES_128_GCM_SHA256", ((TlsCipherSuite)0x1301).Name());
        Assert.Equal("alert_77", ((TlsAlert)77).Name());
    }

    private static void AssertSame(Type theirs, Func<int, string> name)
    {
        var constants = theirs.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral)
            .ToDictionary(field => field.Name, field => Convert.ToInt32(field.GetRawConstantValue()));

        Assert.All(constants, constant => Assert.Equal(constant.Key, name(constant.Value)));
        Assert.True(constants.Count > 20);
    }
}
