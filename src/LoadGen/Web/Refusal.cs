namespace LoadGen.Web;

/// <summary>Why a request is not served.</summary>
internal sealed record Refusal(int StatusCode, string Sentence);
