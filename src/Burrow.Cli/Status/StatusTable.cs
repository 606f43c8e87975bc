using System.Globalization;
using Burrow.Cli.Config;
using Spectre.Console;

namespace Burrow.Cli.Status;

/// <summary>Shows status documents to a person.</summary>
internal static class StatusTable
{
    /// <summary>Prints a heading and two tables for each process.</summary>
    public static void Print(IAnsiConsole console, IReadOnlyList<StatusDocument> documents, DateTimeOffset now)
    {
        foreach (var (process, sessions, maps) in documents)
        {
            console.WriteLine(Printable.Text($"{process.Role} {process.Pid} ({process.Name}), version {process.Version}, running for {Amounts.Age(now - process.Since)}"));
            if (sessions.Count > 0) console.Write(Sessions(sessions, now));
            if (maps.Count > 0) console.Write(Maps(maps));
        }
    }

    static Table Sessions(IReadOnlyList<SessionStatus> sessions, DateTimeOffset now)
    {
        var table = Empty("session", "mode", "peer", "state", "age", "carrier", "RTT", "reconnects", "sent", "received", "queued");
        foreach (var session in sessions)
        {
            Add(table, session.Id, session.Mode, session.Peer, session.State.ToString().ToLowerInvariant(), Amounts.Age(now - session.Since),
                session.Carrier is { } carrier ? $"{carrier.Kind} for {Amounts.Age(now - carrier.Since)}" : "none",
                session.RttMs is { } rtt ? string.Create(CultureInfo.InvariantCulture, $"{rtt:0.0} ms") : "-",
                session.Reconnects == 0 ? "0" : $"{session.Reconnects} ({Amounts.Bytes(session.ReplayedBytes)} replayed)",
                Amounts.Bytes(session.SentBytes), Amounts.Bytes(session.ReceivedBytes), Amounts.Bytes(session.UnackedBytes + session.QueuedBytes));
        }
        return table;
    }

    static Table Maps(IReadOnlyList<MapStatus> maps)
    {
        var table = Empty("map", "state", "channels", "sent", "received", "rate out", "rate in");
        foreach (var map in maps)
        {
            var state = map.State.ToString().ToLowerInvariant();
            Add(table, map.Text, map.Why is null ? state : $"{state}: {map.Why}", $"{map.ChannelsNow} ({map.ChannelsTotal} in all)",
                Amounts.Bytes(map.SentBytes), Amounts.Bytes(map.ReceivedBytes), Amounts.Bytes(map.SendRate) + "/s", Amounts.Bytes(map.ReceiveRate) + "/s");
        }
        return table;
    }

    static Table Empty(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns) table.AddColumn(new TableColumn(column).NoWrap());
        return table;
    }

    /// <summary>Cells are text: a peer's name is no markup.</summary>
    static void Add(Table table, params string[] cells) => table.AddRow(cells.Select(cell => new Text(Printable.Text(cell))));
}
