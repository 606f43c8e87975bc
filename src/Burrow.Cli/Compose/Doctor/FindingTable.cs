using System.Globalization;
using Burrow.Cli.Config;
using Spectre.Console;

namespace Burrow.Cli.Compose.Doctor;

/// <summary>Shows findings to a person.</summary>
internal static class FindingTable
{
    public static void Print(IAnsiConsole console, IReadOnlyList<Finding> findings)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in new[] { "url", "way", "through", "works", "connect", "round trip", "what stood in the way" }) table.AddColumn(new TableColumn(column).NoWrap());
        foreach (var finding in findings)
        {
            string[] cells =
            [
                finding.Url, finding.Way, finding.Through ?? "-", finding.Chosen ? "yes, jack takes it" : finding.Works ? "yes" : "no",
                Milliseconds(finding.ConnectMs), Milliseconds(finding.RoundTripMs), finding.Why ?? "",
            ];
            table.AddRow(cells.Select(cell => new Text(Printable.Text(cell))));
        }
        console.Write(table);
    }

    static string Milliseconds(double? time) => time is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known:0.0} ms") : "-";
}
