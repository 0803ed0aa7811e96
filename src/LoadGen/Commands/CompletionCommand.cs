using System.CommandLine;

namespace LoadGen.Commands;

/// <summary><c>loadgen completion</c>: a script that lets a shell complete verbs, flags and their values. The program itself is asked for them.</summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> Scripts = new()
    {
        ["bash"] = """
            _loadgen() {
                local IFS=$'\n'
                COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _loadgen loadgen
            """,
        ["zsh"] = """
            #compdef loadgen
            _loadgen() {
                local -a found
                found=("${(@f)$("${words[1]}" "[suggest:${#BUFFER}]" "$BUFFER" 2>/dev/null)}")
                if (( ${#found} )) && [[ -n "${found[1]}" ]]; then compadd -- $found; else _files; fi
            }
            compdef _loadgen loadgen
            """,
        ["fish"] = """
            function __loadgen_complete
                set -l line (commandline -cp)
                loadgen "[suggest:"(string length -- $line)"]" "$line" 2>/dev/null
            end
            complete -c loadgen -a '(__loadgen_complete)'
            """,
    };

    public static Verb Create()
    {
        var shell = new Argument<string>("SHELL") { Description = $"One of {string.Join(", ", Scripts.Keys)}." };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var command = new Command("completion", "Prints a script for completion in a shell.") { shell };
        command.SetAction(parse =>
        {
            Console.WriteLine(Scripts[parse.GetValue(shell)!]);
            return ExitCode.Pass;
        });
        return new Verb(command, ["loadgen completion bash > ~/.local/share/bash-completion/completions/loadgen", "source <(loadgen completion zsh)", "loadgen completion fish | source"]);
    }
}
