namespace LoadGen.Tls.Tests.SslStreams;

public sealed class SslStreamEngineTests : EngineTests
{
    protected override string Engine => "sslstream";
}
