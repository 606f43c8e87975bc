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
        foreach (var column in new[] { "url", "way", "through", "works", "connect", "round trip", "up, Mbit/s", "down, Mbit/s", "what stood in the way" }) table.AddColumn(new TableColumn(column).NoWrap());
        foreach (var finding in findings)
        {
            string[] cells =
            [
                finding.Url, finding.Way, finding.Through ?? "-", finding.Chosen ? "yes, jack takes it" : finding.Works ? "yes" : "no",
                Milliseconds(finding.ConnectMs), Milliseconds(finding.RoundTripMs), Rate(finding.UpMbps), Rate(finding.DownMbps), finding.Why ?? "",
            ];
            table.AddRow(cells.Select(cell => new Text(Printable.Text(cell))));
        }
        console.Write(table);
    }

    static string Rate(double? rate) => rate is { } known ? known.ToString(known < 10 ? "0.0" : "0", CultureInfo.InvariantCulture) : "-";

    static string Milliseconds(double? time) => time is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known:0.0} ms") : "-";
}
