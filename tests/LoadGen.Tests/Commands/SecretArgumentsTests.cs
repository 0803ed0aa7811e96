using System.Text;
using LoadGen.Commands;

namespace LoadGen.Tests.Commands;

public sealed class SecretArgumentsTests
{
    [Theory]
    [InlineData("loadgen|run|--psk|id:0011|--quiet", "loadgen|run|--psk|*******|--quiet")]
    [InlineData("loadgen|run|--psk=id:0011|--quiet", "loadgen|run|--psk=*******|--quiet")]
    [InlineData("loadgen|--proxy:http://u:p@h:1|--proxy-protocol|v2", "loadgen|--proxy:**************|--proxy-protocol|v2")]
    [InlineData("loadgen|--cert|a.p12:pässword|--cert|--psk|--key|k.pem", "loadgen|--cert|***************|--cert|*****|--key|k.pem")]
    [InlineData("loadgen|run|--psk", "loadgen|run|--psk")]
    public void Values_with_secrets_are_overwritten_and_nothing_else(string arguments, string shown)
    {
        var bytes = Encoding.UTF8.GetBytes(arguments.Replace('|', '\0') + "\0");

        SecretArguments.HideIn(bytes);

        Assert.Equal(shown, Encoding.UTF8.GetString(bytes)[..^1].Replace('\0', '|'));
    }
}
