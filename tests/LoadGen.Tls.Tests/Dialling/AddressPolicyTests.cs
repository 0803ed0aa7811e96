using System.Net;
using LoadGen.Tls.Dialling;

namespace LoadGen.Tls.Tests.Dialling;

public sealed class AddressPolicyTests
{
    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.255.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("172.16.0.1", true)]
    [InlineData("172.31.255.255", true)]
    [InlineData("172.32.0.1", false)]
    [InlineData("192.168.1.1", true)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("fd00::1", true)]
    [InlineData("fe80::1", false)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("::ffff:8.8.8.8", false)]
    [InlineData("8.8.8.8", false)]
    [InlineData("2001:db8::1", false)]
    public void Only_loopback_and_private_addresses_need_no_permission(string address, bool allowed)
        => Assert.Equal(allowed, new AddressPolicy([]).Allows("some.host", IPAddress.Parse(address)));

    [Theory]
    [InlineData("some.host", true)]
    [InlineData("SOME.HOST", true)]
    [InlineData("other.host", false)]
    [InlineData("198.51.100.7", true)]
    [InlineData("198.51.100.8", false)]
    [InlineData("198.51.100.0/24", true)]
    [InlineData("198.51.101.0/24", false)]
    public void A_public_address_may_be_loaded_when_its_host_or_it_is_authorized(string authorized, bool allowed)
        => Assert.Equal(allowed, new AddressPolicy([authorized]).Allows("some.host", IPAddress.Parse("198.51.100.7")));

    [Fact]
    public void A_plan_that_chose_the_address_itself_has_no_authority_by_the_name()
        => Assert.False(new AddressPolicy(["some.host"]).Allows(null, IPAddress.Parse("198.51.100.7")));

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("some.host", true)]
    [InlineData("other.host", false)]
    [InlineData("198.51.100.7", false)]
    public void A_host_that_a_proxy_resolves_is_allowed_by_its_name(string host, bool allowed)
        => Assert.Equal(allowed, new AddressPolicy(["some.host"]).AllowsUnresolved(host));
}
