using System.Security.Cryptography;

namespace LoadGen.Running;

/// <summary>Names for runs.</summary>
internal static class RunIds
{
    /// <summary>A new one: the minute, so that runs sort by time, and eight random digits.</summary>
    public static string New() => $"{DateTimeOffset.UtcNow:yyyyMMdd-HHmm}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
}
