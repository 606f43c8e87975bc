using System.Globalization;
using System.Net;
using Burrow.Bench.Candidates;
using Burrow.Bench.Children;

namespace Burrow.Bench.Web;

/// <summary>What the web itself can do through the same proxy: curl, one file.</summary>
internal static class Curl
{
    /// <summary>Seconds for <paramref name="bytes"/> by one request.</summary>
    /// <exception cref="IOException">It failed.</exception>
    public static double Seconds(IPEndPoint proxy, IPEndPoint origin, bool down, long bytes, ScratchDirectory scratch)
    {
        string[] file = [];
        if (!down)
        {
            var path = Path.Combine(scratch.NewFolder("curl"), "file");
            using var sparse = File.Create(path);
            sparse.SetLength(bytes);
            // Without asking first whether it may: curl waits a second for an answer that a proxy need not give.
            file = ["-T", path, "-H", "Expect:"];
        }

        using var curl = ChildProcess.Start(
            Candidate.Find("curl")!,
            ["-sS", "--noproxy", "", "-m", "120", "-x", $"http://{proxy}", .. file, "-o", "/dev/null", "-w", "%{http_code} %{time_total}\\n", $"http://{origin}/{bytes}"],
            readOutput: true);
        var words = curl.ReadLine(TimeSpan.FromSeconds(130)).Split(' ');
        return words[0] == "200" ? double.Parse(words[1], CultureInfo.InvariantCulture) : throw new IOException($"curl was answered {words[0]}");
    }
}
