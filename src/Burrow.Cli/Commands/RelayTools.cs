using System.CommandLine;

namespace Burrow.Cli.Commands;

/// <summary>The relay tools: as commands of <c>burrow</c>, and under their own names when the program was started by a link of that name.</summary>
internal static class RelayTools
{
    /// <summary>Names for links.</summary>
    public static readonly IReadOnlyList<string> Names =
        [PipeCommand.OwnName, HostsCommand.OwnName, ForwardCommand.OwnName, ListenTwoCommand.OwnName, ConnectTwoCommand.OwnName];

    public static IEnumerable<Command> Commands() =>
        [PipeCommand.Create(), ForwardCommand.Create(), HostsCommand.Create(), ListenTwoCommand.Create(), ConnectTwoCommand.Create(), LinksCommand.Create()];

    /// <summary>The tool of that name as the whole program; null when it is none's.</summary>
    public static RootCommand? AsProgram(string name) => name switch
    {
        PipeCommand.OwnName => PipeCommand.Fill(Root("Pipe one direction of a TCP connection from standard input, or to standard output."), name),
        HostsCommand.OwnName => HostsCommand.Fill(Root("Read and change host files; prints the host through which the fewest bytes have gone.")),
        ForwardCommand.OwnName => ForwardCommand.Fill(Root("Forward a port."), name, original: true),
        ListenTwoCommand.OwnName => ListenTwoCommand.Fill(Root("Join the clients of one port to the machines that come to another."), name),
        ConnectTwoCommand.OwnName => ConnectTwoCommand.Fill(Root("Join clients that come to listentwo to a service here."), name),
        _ => null,
    };

    static RootCommand Root(string description)
    {
        var root = new RootCommand(description);
        root.Options.Clear();
        root.Directives.Clear();
        return root;
    }
}
