using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace LoadGen.Web;

/// <summary>
/// The files of the live page. They are inside the program, so that it serves them wherever it was put, and nothing comes from
/// the internet.
/// </summary>
internal static class PageAssets
{
    private static readonly Dictionary<string, string> ContentTypes = new()
    {
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    private static readonly string[] Paths =
    [
        "/live.css", "/theme.js", "/icon.svg", "/_content/MudBlazor/MudBlazor.min.css", "/_content/MudBlazor/MudBlazor.min.js", "/_framework/blazor.web.js",
    ];

    public static void Map(WebApplication web)
    {
        foreach (var path in Paths)
        {
            var asset = new Lazy<Asset>(() => Read(path));
            web.MapGet(path, (HttpContext context) => Serve(asset.Value, context));
        }
    }

    private static IResult Serve(Asset asset, HttpContext context)
    {
        var headers = context.Response.GetTypedHeaders();
        headers.CacheControl = new CacheControlHeaderValue { NoCache = true };
        context.Response.Headers.Vary = HeaderNames.AcceptEncoding;
        var takesGzip = context.Request.GetTypedHeaders().AcceptEncoding.Any(each => each.Value == "gzip" && each.Quality != 0);
        if (takesGzip)
        {
            context.Response.Headers.ContentEncoding = "gzip";
        }

        return Results.Bytes(takesGzip ? asset.Compressed : asset.Plain, asset.ContentType, entityTag: takesGzip ? asset.CompressedTag : asset.PlainTag);
    }

    private static Asset Read(string path)
    {
        using var resource = typeof(PageAssets).Assembly.GetManifestResourceStream(path) ?? throw new FileNotFoundException("The program was built without a file of its page.", path);
        var plain = new byte[resource.Length];
        resource.ReadExactly(plain);
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(plain);
        }

        var name = Convert.ToHexString(SHA256.HashData(plain)[..8]);
        return new Asset(
            plain, compressed.ToArray(), ContentTypes[Path.GetExtension(path)], new EntityTagHeaderValue($"\"{name}\""), new EntityTagHeaderValue($"\"{name}-gzip\""));
    }

    private sealed record Asset(byte[] Plain, byte[] Compressed, string ContentType, EntityTagHeaderValue PlainTag, EntityTagHeaderValue CompressedTag);
}
