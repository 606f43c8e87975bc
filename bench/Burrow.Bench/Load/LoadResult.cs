using System.Globalization;

namespace Burrow.Bench.Load;

/// <summary>The one line in which a load process reports: <c>name=value</c>, separated by blanks.</summary>
internal sealed class LoadResult
{
    readonly Dictionary<string, double> _values = [];

    public double this[string name]
    {
        get => _values.TryGetValue(name, out var value) ? value : throw new InvalidDataException($"the load reported no '{name}'");
        set => _values[name] = value;
    }

    /// <summary>Writes the line, then keeps the connections open until the driver has looked at the tunnel (it closes our standard input) or 60 s have passed.</summary>
    public void ReportAndHold()
    {
        Console.Out.WriteLine(string.Join(' ', _values.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}={pair.Value:R}"))));
        Console.Out.Flush();
        Task.Run(Console.In.Read).Wait(TimeSpan.FromSeconds(60));
    }

    public static LoadResult Parse(string line)
    {
        var result = new LoadResult();
        foreach (var word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = word.IndexOf('=', StringComparison.Ordinal);
            if (at < 1 || !double.TryParse(word.AsSpan(at + 1), CultureInfo.InvariantCulture, out var value))
            {
                throw new InvalidDataException($"not a load's report: '{line}'");
            }

            result[word[..at]] = value;
        }

        return result;
    }
}
