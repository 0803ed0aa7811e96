using System.CommandLine;
using LoadGen.Web;

namespace LoadGen.Commands;

/// <summary>The flag that says where the bearer token of a coordinator's API is.</summary>
internal sealed class TokenFlag
{
    private readonly Flag<string?> _file = new("--token-file", FlagGroups.Metrics)
    {
        HelpName = "FILE",
        Description = $"File with the bearer token of the API; by default {ApiToken.Variable}.",
    };

    public void AddTo(Command command) => command.Add(_file);

    public ApiToken Read(ParseResult parse, Problems problems)
    {
        var token = Environment.GetEnvironmentVariable(ApiToken.Variable);
        if (parse.GetValue(_file) is { } file)
        {
            try
            {
                token = File.ReadAllText(file).Trim();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                problems.Add($"--token-file: {error.Message}");
            }

            if (token?.Length == 0)
            {
                problems.Add($"--token-file: {file} is empty; write the token into it");
            }
        }

        return new ApiToken(string.IsNullOrEmpty(token) ? null : token);
    }
}
