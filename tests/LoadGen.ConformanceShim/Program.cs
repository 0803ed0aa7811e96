using System.Net.Sockets;

namespace LoadGen.ConformanceShim;

/// <summary>
/// Speaks the flags of BoringSSL's test runner (ssl/test/PORTING.md there) as a client on the engine <c>fast</c>: it dials the runner, shakes
/// hands, gives back every byte of application data with its bits turned over, and says by its exit code how that went.
/// </summary>
internal static class Program
{
    private const int Success = 0;
    private const int Failure = 1;

    // The runner counts the case as not implemented.
    private const int NotImplemented = 89;

    private static int Main(string[] arguments)
    {
        if (arguments.Contains("-is-handshaker-supported"))
        {
            Console.WriteLine("No");
            return Success;
        }

        try
        {
            var (first, later, retried) = ShimFlags.Parse(arguments);
            using var client = new ShimClient(exports: first.ExportedBytes > 0 || later.ExportedBytes > 0);
            for (var i = 0; i <= first.ResumeCount; i++)
            {
                client.Run(i == 0 ? first : later, retried);
            }

            return Success;
        }
        catch (UnimplementedException error)
        {
            Console.Error.WriteLine($"not implemented: {error.Message}");
            return NotImplemented;
        }
        catch (Exception error) when (error is ExpectationException or SocketException)
        {
            Console.Error.WriteLine(error.Message);
            return Failure;
        }
    }
}

/// <summary>A case asks for what the engine or this program has not.</summary>
internal sealed class UnimplementedException(string what) : Exception(what);

/// <summary>A connection went another way than the case says.</summary>
internal sealed class ExpectationException(string what) : Exception(what);
