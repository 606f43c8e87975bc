using System.Globalization;
using System.Text;
using Burrow.Bench.Platform;

namespace Burrow.Bench.Web;

/// <summary>The head of an answer, read byte by byte so that nothing behind it is taken: enough for small pages with a length.</summary>
internal static class HttpHead
{
    const int Most = 16 * 1024;

    /// <exception cref="IOException">It isn't 200, has no length, or never ends.</exception>
    public static void Skip(int fd, out int length)
    {
        var head = new List<byte>(512);
        Span<byte> one = stackalloc byte[1];
        while (!EndsWithEmptyLine(head))
        {
            Fd.ReceiveAll(fd, one);
            head.Add(one[0]);
            if (head.Count > Most)
            {
                throw new IOException("the head of an answer has no end");
            }
        }

        var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n");
        const string Name = "Content-Length:";
        if (!lines[0].Contains(" 200", StringComparison.Ordinal) || lines.FirstOrDefault(line => line.StartsWith(Name, StringComparison.OrdinalIgnoreCase)) is not { } found)
        {
            throw new IOException($"not the page that was asked for: {lines[0]}");
        }

        length = int.Parse(found.AsSpan(Name.Length), CultureInfo.InvariantCulture);
    }

    static bool EndsWithEmptyLine(List<byte> head) => head.Count >= 4 && head[^4] == '\r' && head[^3] == '\n' && head[^2] == '\r' && head[^1] == '\n';
}
