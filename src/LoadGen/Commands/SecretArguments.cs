using System.Globalization;
using System.Text;
using LoadGen.Core.Plans;

namespace LoadGen.Commands;

/// <summary>
/// Takes secrets out of the command line that the system shows of this process, as curl does: every user of a machine may list its
/// processes. A shell's history, and what started the program, still have them: variables of the environment are the better place.
/// </summary>
internal static class SecretArguments
{
    private const byte Hidden = (byte)'*';

    // proc_pid_stat(5): arg_start and arg_end, counted from the field behind the program's name in brackets.
    private const int ArgumentsStart = 48 - 3;
    private const int ArgumentsEnd = 49 - 3;

    private static readonly string[] Flags = [.. PlanReference.Flags.Where(flag => flag.HasSecret).SelectMany(flag => flag.Aliases.Prepend(flag.Name))];

    /// <summary>Hides the values of flags that have a secret, and warns where it cannot.</summary>
    public static void Hide(string[] args)
    {
        if (!OperatingSystem.IsLinux() || !Array.Exists(args, IsFlag))
        {
            return;
        }

        try
        {
            var stat = File.ReadAllText("/proc/self/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var start = long.Parse(fields[ArgumentsStart], CultureInfo.InvariantCulture);
            var bytes = new byte[long.Parse(fields[ArgumentsEnd], CultureInfo.InvariantCulture) - start];
            using var memory = new FileStream("/proc/self/mem", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
            memory.Position = start;
            memory.ReadExactly(bytes);
            HideIn(bytes);
            memory.Position = start;
            memory.Write(bytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            Console.Error.WriteLine($"loadgen: warning: secrets of the command line are in the system's list of processes ({error.Message}); give them as variables of the environment, such as LOADGEN_PSK");
        }
    }

    /// <summary>Overwrites secrets in arguments that each end with a zero.</summary>
    internal static void HideIn(Span<byte> arguments)
    {
        var isSecret = false;
        while (!arguments.IsEmpty)
        {
            var end = arguments.IndexOf((byte)0);
            var argument = end < 0 ? arguments : arguments[..end];
            var text = Encoding.UTF8.GetString(argument);
            if (isSecret)
            {
                argument.Fill(Hidden);
            }
            else if (IsFlag(text) && text.IndexOfAny('=', ':') is >= 0 and var separator)
            {
                argument[Encoding.UTF8.GetByteCount(text.AsSpan(0, separator + 1))..].Fill(Hidden);
            }

            isSecret = !isSecret && Array.IndexOf(Flags, text) >= 0;
            arguments = end < 0 ? [] : arguments[(end + 1)..];
        }
    }

    // Its value is the next argument, or follows a sign in the same one.
    private static bool IsFlag(string argument)
        => Array.Exists(Flags, flag => argument.StartsWith(flag, StringComparison.Ordinal) && (argument.Length == flag.Length || argument[flag.Length] is '=' or ':'));
}
