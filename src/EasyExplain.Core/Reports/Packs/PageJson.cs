using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EasyExplain.Reports.Packs;

/// <summary>
/// JSON for a page: ASCII without &lt;, &gt; and &amp;, so that it ends no script and opens no element, whatever a file or a label is
/// called.
/// </summary>
internal static class PageJson
{
    private static readonly JsonWriterOptions Strict = new() { Encoder = JavaScriptEncoder.Default };

    /// <summary>What was written, as UTF-8 (which is ASCII).</summary>
    public static byte[] Of(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Strict))
        {
            write(writer);
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A script that hands JSON to the page.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="json">The JSON.</param>
    public static byte[] Script(string name, byte[] json) =>
        [.. Encoding.ASCII.GetBytes($"EasyExplain.take(\"{name}\", "), .. json, .. ");\n"u8];

    /// <summary>Whole numbers, little-endian, in base64.</summary>
    public static void Numbers<T>(Utf8JsonWriter json, string name, IEnumerable<T> numbers) where T : unmanaged =>
        json.WriteBase64String(name, System.Runtime.InteropServices.MemoryMarshal.AsBytes<T>([.. numbers]));
}
