using System.Globalization;

namespace Burrow.EndToEnd.Lab;

/// <summary>The wall clock of the programs that are started with it, which a test sets (libfaketime, of Debian's package faketime). Their steady clocks stay as they are.</summary>
sealed class WallClock
{
    readonly string _file;

    public WallClock(string file)
    {
        Requires.Tools("faketime");
        _file = file;
        Environment = new()
        {
            // The program's own threads; a fresh look at the file for each call.
            ["LD_PRELOAD"] = Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu*").Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1")).First(File.Exists),
            ["FAKETIME_TIMESTAMP_FILE"] = file,
            ["FAKETIME_NO_CACHE"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        };
        Set(TimeSpan.Zero);
    }

    /// <summary>For the programs that are to have this clock.</summary>
    public Dictionary<string, string> Environment { get; }

    /// <summary>Sets it so much before or behind the true time.</summary>
    public void Set(TimeSpan offset)
    {
        // At one blow: half a line would be another time.
        var next = _file + ".next";
        File.WriteAllText(next, string.Create(CultureInfo.InvariantCulture, $"{offset.TotalSeconds:+0;-0;+0}\n"));
        File.Move(next, _file, overwrite: true);
    }
}
