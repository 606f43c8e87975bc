using System.CommandLine;
using System.Globalization;
using Burrow.Cli.Config;
using Burrow.Cli.Config.Relaying;
using Burrow.Cli.Hosting;
using Burrow.Cli.Terminal;
using Burrow.Endpoints.HostFiles;

namespace Burrow.Cli.Commands;

/// <summary><c>burrow hosts</c>, also <c>tcppipe-least</c>: reads and changes host files. Standard output has the value alone, for scripts.</summary>
internal static class HostsCommand
{
    public const string OwnName = "tcppipe-least";

    public static Command Create()
    {
        var command = new Command("hosts", "Read and change host files: which hosts there are, and how many bytes have gone through each.")
        {
            Show(), Least(), Add(), Set(),
        };
        command.Add(Help.Option(
            ("host=$(burrow hosts least hosts)", "the host through which the fewest bytes have gone"),
            ("burrow hosts show hosts", "all of them, with their bytes"),
            ("burrow hosts add hosts 10.0.0.1 1024", "count bytes for a host"),
            ("burrow hosts set hosts 10.0.0.1 0", "set its count; a new host is added")));
        return command;
    }

    /// <summary>The same under the original's name: one command with options.</summary>
    public static T Fill<T>(T command)
        where T : Command
    {
        var words = new Argument<string[]>("[HOST BYTES] FILE") { Arity = ArgumentArity.ZeroOrMore, Description = "The host file, and for -a and -s a host and a count before it" };
        words.Validators.Add(CommandLine.RefuseOptions);
        var add = new Option<bool>("-a") { Description = "Add BYTES to the count of HOST" };
        var set = new Option<bool>("-s") { Description = "Set the count of HOST to BYTES; a new host is added" };
        var list = new Option<bool>("-l") { Description = "List all hosts with their counts" };
        command.Add(add);
        command.Add(set);
        command.Add(list);
        command.Add(new Option<bool>("--version", "-v") { Description = "Show the version", Action = new VersionCommand.Print() });
        command.Add(words);
        command.Add(Help.WithUsage(
            "tcppipe-least [options] [HOST BYTES] FILE",
            ("tcppipe-least hosts", "the host through which the fewest bytes have gone"),
            ("tcppipe-least -l hosts", "all of them"),
            ("tcppipe-least -a 10.0.0.1 1024 hosts", "count bytes for a host"),
            ("tcppipe-least -s 10.0.0.1 0 hosts", "set its count")));
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            return (parsed.GetValue(add), parsed.GetValue(set), parsed.GetValue(list), parsed.GetValue(words) ?? []) switch
            {
                (false, false, false, [var file]) => PrintLeast(file, output),
                (false, false, true, [var file]) => PrintAll(file, output),
                (true, false, false, [var host, var bytes, var file]) => AddTo(file, host, bytes, output),
                (false, true, false, [var host, var bytes, var file]) => SetIn(file, host, bytes, output),
                _ => Usage("should be FILE, -l FILE, -a HOST BYTES FILE or -s HOST BYTES FILE"),
            };
        });
        return command;
    }

    static Command Show()
    {
        var file = File();
        var host = new Argument<string?>("HOST") { Arity = ArgumentArity.ZeroOrOne, Description = "Only this host, and only its count" };
        var command = new Command("show", "Print all hosts with their bytes, or one host's bytes.") { file, host };
        command.Add(Help.Option(("burrow hosts show hosts", "a line for each host: its name and its bytes"), ("burrow hosts show hosts 10.0.0.1", "a number")));
        command.SetAction(parsed => parsed.GetValue(host) is { } one
            ? PrintOne(parsed.GetRequiredValue(file), one, parsed.InvocationConfiguration.Output)
            : PrintAll(parsed.GetRequiredValue(file), parsed.InvocationConfiguration.Output));
        return command;
    }

    static Command Least()
    {
        var file = File();
        var command = new Command("least", "Print the host through which the fewest bytes have gone; of equals the first.") { file };
        command.Add(Help.Option(("burrow hosts least hosts", "its name alone")));
        command.SetAction(parsed => PrintLeast(parsed.GetRequiredValue(file), parsed.InvocationConfiguration.Output));
        return command;
    }

    static Command Add()
    {
        var (file, host, bytes) = (File(), Host(), Bytes());
        var command = new Command("add", "Add bytes to a host's count, and print the count.") { file, host, bytes };
        command.Add(Help.Option(("burrow hosts add hosts 10.0.0.1 1024", "1024 more")));
        command.SetAction(parsed => AddTo(parsed.GetRequiredValue(file), parsed.GetRequiredValue(host), parsed.GetRequiredValue(bytes), parsed.InvocationConfiguration.Output));
        return command;
    }

    static Command Set()
    {
        var (file, host, bytes) = (File(), Host(), Bytes());
        var command = new Command("set", "Set a host's count, and print it; a new host is added at the end.") { file, host, bytes };
        command.Add(Help.Option(("burrow hosts set hosts 10.0.0.1 0", "begin to count anew")));
        command.SetAction(parsed => SetIn(parsed.GetRequiredValue(file), parsed.GetRequiredValue(host), parsed.GetRequiredValue(bytes), parsed.InvocationConfiguration.Output));
        return command;
    }

    static int PrintLeast(string file, TextWriter output) => Guarded(() =>
    {
        if (new HostFileStore(file).Read().Least is not { } least) return Failed($"{file}: lists no host");
        output.WriteLine(least.Host);
        return ExitCode.Done;
    });

    static int PrintAll(string file, TextWriter output) => Guarded(() =>
    {
        foreach (var entry in new HostFileStore(file).Read().Entries) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{entry.Host} {entry.Bytes}"));
        return ExitCode.Done;
    });

    static int PrintOne(string file, string host, TextWriter output) => Guarded(() => Answer(new HostFileStore(file).Read(), file, host, output));

    static int AddTo(string file, string host, string text, TextWriter output) => Change(file, host, text, output, (changed, bytes) => changed.Count(host, bytes));

    static int SetIn(string file, string host, string text, TextWriter output) => Change(file, host, text, output, (changed, bytes) => changed.Set(host, bytes));

    static int Change(string file, string host, string text, TextWriter output, Func<HostFile, ulong, HostFile> change)
    {
        var problems = new ProblemList();
        var bytes = RelayText.Bytes("BYTES", text, problems);
        if (!HostFile.IsHost(host)) problems.Add(null, $"HOST: \"{Printable.Text(host)}\" is neither an address nor a host name");
        if (problems.Any)
        {
            Messages.Print(problems);
            return ExitCode.Usage;
        }
        return Guarded(() => Answer(new HostFileStore(file).Update(before => change(before, bytes!.Value)), file, host, output));
    }

    static int Answer(HostFile content, string file, string host, TextWriter output)
    {
        if (content.BytesOf(host) is not { } bytes) return Failed($"{file}: does not list {Printable.Text(host)}");
        output.WriteLine(bytes.ToString(CultureInfo.InvariantCulture));
        return ExitCode.Done;
    }

    static int Guarded(Func<int> work)
    {
        try
        {
            return work();
        }
        catch (HostFileException problem)
        {
            Messages.Error(Printable.Text(problem.Message));
            return problem.IsContent ? ExitCode.Usage : ExitCode.Failed;
        }
    }

    static int Failed(string message)
    {
        Messages.Error(message);
        return ExitCode.Failed;
    }

    static int Usage(string message)
    {
        Messages.Error(message);
        return ExitCode.Usage;
    }

    static Argument<string> File() => Checked("FILE", "The host file");

    static Argument<string> Host() => Checked("HOST", "An address or a name, as the file writes it");

    static Argument<string> Bytes() => Checked("BYTES", "A count of bytes");

    static Argument<string> Checked(string name, string description)
    {
        var argument = new Argument<string>(name) { Description = description };
        argument.Validators.Add(CommandLine.RefuseOptions);
        return argument;
    }
}
