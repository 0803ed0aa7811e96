namespace LoadGen.BuiltIn;

/// <summary>The built-in target does not work; the message is fit for the user.</summary>
internal sealed class TargetProcessException(string message) : Exception(message);
