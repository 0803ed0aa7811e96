using LoadGen.Tls.Certificates;

namespace LoadGen.Tls.Tests.Certificates;

public sealed class CertificateStoreTests
{
    private int _parsed;

    [Fact]
    public void A_certificate_is_parsed_once()
    {
        var store = new CertificateStore<string>(Parse);

        var first = store.Get([1, 2, 3]);

        Assert.Same(first, store.Get([1, 2, 3]));
        Assert.Equal("010203", first);
        Assert.Equal(1, _parsed);
    }

    // Certificates that differ only before their last bytes have the same hash code.
    [Fact]
    public void Certificates_are_told_apart_by_all_of_their_bytes()
    {
        var store = new CertificateStore<string>(Parse);

        Assert.NotEqual(store.Get([1, .. new byte[40]]), store.Get([2, .. new byte[40]]));
        Assert.NotEqual(store.Get([]), store.Get([0]));
    }

    [Fact]
    public void What_was_changed_after_it_was_parsed_is_another_certificate()
    {
        var store = new CertificateStore<string>(Parse);
        byte[] encoding = [1, 2, 3];

        store.Get(encoding);
        encoding[0] = 9;

        Assert.Equal("090203", store.Get(encoding));
        Assert.Equal("010203", store.Get([1, 2, 3]));
    }

    [Fact]
    public void A_server_that_sends_a_new_certificate_each_time_does_not_fill_the_memory()
    {
        const int Kept = 4096;
        var store = new CertificateStore<string>(Parse);
        for (var i = 0; i <= Kept; i++)
        {
            store.Get(BitConverter.GetBytes(i));
        }

        var parsed = _parsed;
        store.Get(BitConverter.GetBytes(Kept));
        store.Get(BitConverter.GetBytes(Kept - 1));

        Assert.Equal(parsed + 1, _parsed);
    }

    private string Parse(byte[] encoding)
    {
        _parsed++;
        return Convert.ToHexString(encoding);
    }
}
