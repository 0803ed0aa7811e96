using System.Buffers;
using System.Net.Sockets;
using LoadGen.Core.Handshakes;
using LoadGen.Tls.StartTls;

namespace LoadGen.Tls.Dialling;

/// <summary>What is said on a connection before TLS: to a proxy, about the client, and in the protocol that goes over to TLS.</summary>
internal static class Prologue
{
    private const int BufferBytes = 4096;

    /// <summary>Says all of it. The deadline is the attempt's.</summary>
    /// <returns>Whether the next byte is TLS; otherwise <see cref="Attempt.Failure"/> says why not.</returns>
    public static async ValueTask<bool> RunAsync(Socket socket, Route route, ProxyHeader? header, Attempt attempt)
    {
        var target = route.Target;
        if (target.Proxy is { } proxy && !await TalkAsync(socket, new ConnectDialogue(proxy, route.End), Phase.ProxyConnect, attempt))
        {
            return false;
        }

        if (header is not null)
        {
            attempt.Expect(target.StartTls is null ? Phase.ClientHello : Phase.StartTls);
            await socket.SendAllAsync(header.Next(socket), attempt.Deadline);
        }

        return target.StartTls is not { } protocol || await TalkAsync(socket, StartTlsDialogues.Create(protocol, target.ServerName), Phase.StartTls, attempt);
    }

    private static async ValueTask<bool> TalkAsync(Socket socket, Dialogue dialogue, Phase phase, Attempt attempt)
    {
        attempt.Expect(phase);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var step = dialogue.Take([]);
            while (true)
            {
                switch (step.Kind)
                {
                    case StepKind.Say:
                        await socket.SendAllAsync(step.Output, attempt.Deadline);
                        step = dialogue.Take([]);
                        break;
                    case StepKind.NeedMore:
                        var count = await socket.ReceiveAsync(buffer.AsMemory(), SocketFlags.None, attempt.Deadline);
                        if (count == 0)
                        {
                            attempt.Fail(FailureKind.ClosedEarly, SideOf(phase), $"{WhoIn(phase)} closed the connection before {(phase == Phase.ProxyConnect ? "the tunnel was open" : "switching to TLS")}");
                            return false;
                        }

                        step = dialogue.Take(buffer.AsSpan(0, count));
                        break;
                    case StepKind.Ready:
                        attempt.Mark(phase);
                        return true;
                    default:
                        attempt.Fail(step.Kind == StepKind.Broken ? FailureKind.ProtocolError : RefusalIn(phase), SideOf(phase), step.Sentence!);
                        return false;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static FailureKind RefusalIn(Phase phase) => phase == Phase.ProxyConnect ? FailureKind.ProxyRefused : FailureKind.StartTlsRefused;

    // A proxy is between the client and the server, as the network is.
    private static FaultSide SideOf(Phase phase) => phase == Phase.ProxyConnect ? FaultSide.Network : FaultSide.Server;

    private static string WhoIn(Phase phase) => phase == Phase.ProxyConnect ? "the proxy" : "the server";
}
