using System.CommandLine;
using Burrow.Carriers.Identity;
using Burrow.Cli.Config;
using Burrow.Cli.Hosting;
using Burrow.Cli.Terminal;

namespace Burrow.Cli.Commands;

/// <summary><c>burrow key</c>: makes credentials and shows what they stand for.</summary>
internal static class KeyCommand
{
    /// <summary>An identity is a PEM file; a secret never begins so.</summary>
    const string PemStart = "-----BEGIN";

    public static Command Create()
    {
        var command = new Command("key", "Make credentials, and show what they stand for.") { CreateNew(), CreatePin(), CreateShow() };
        command.Add(Help.Option(
            ("burrow key new -o secret", "a shared secret: give the same file to both ends"),
            ("burrow key new --identity -o jack.key", "a key of one end's own"),
            ("burrow key pin jack.key", "what the other end has to know of it")));
        return command;
    }

    static Command CreateNew()
    {
        var output = new Option<string>("--output", "-o") { HelpName = "FILE", Description = "Write to a new file of mode 0600; an existing one is never overwritten" };
        var identity = new Option<bool>("--identity") { Description = "Make a key of one end's own instead of a shared secret; needs -o, and prints its pin" };
        var command = new Command("new", "Make a shared secret, or an identity.") { output, identity };
        command.Add(Help.Option(
            ("burrow key new -o secret", "make a secret for --secret-file"),
            ("burrow key new", "print one"),
            ("burrow key new --identity -o jenny.key", "make a key for --identity, and print the pin for the other side")));
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(output);
            return parsed.GetValue(identity) ? NewIdentity(path, parsed.InvocationConfiguration.Output) : NewSecret(path, parsed.InvocationConfiguration.Output);
        });
        return command;
    }

    static Command CreatePin()
    {
        var file = new Argument<string>("FILE") { Description = "An identity or a secret" };
        file.Validators.Add(CommandLine.RefuseOptions);
        var role = new Option<string>("--role") { HelpName = "ROLE", Description = "Of a secret, which end's pin: jack or jenny (default jenny)" };
        role.AcceptOnlyFromAmong("jack", "jenny");
        var command = new Command("pin", "Print the pin of a key: no secret, but what the other end recognises it by.") { file, role };
        command.Add(Help.Option(("burrow key pin jenny.key", "for --pin, or for a line of the authorized file")));
        command.SetAction(parsed => Pin(parsed.GetRequiredValue(file), parsed.GetValue(role), parsed.InvocationConfiguration.Output));
        return command;
    }

    static Command CreateShow()
    {
        var file = new Argument<string>("FILE") { Description = "An identity or a secret" };
        file.Validators.Add(CommandLine.RefuseOptions);
        var reveal = new Option<bool>("--secret") { Description = "Show the secret itself, too" };
        var command = new Command("show", "Show what a file holds and which pins it stands for; never the secret itself unless asked.") { file, reveal };
        command.Add(Help.Option(("burrow key show secret", "compare the pins on both machines to see whether the secret is the same")));
        command.SetAction(parsed => Show(parsed.GetRequiredValue(file), parsed.GetValue(reveal), parsed.InvocationConfiguration.Output));
        return command;
    }

    static int NewSecret(string? path, TextWriter output)
    {
        var text = Secret.Create().Reveal();
        if (path is not null) return Report(PrivateFile.Create(path, text + "\n"));
        output.WriteLine(text);
        return ExitCode.Done;
    }

    static int NewIdentity(string? path, TextWriter output)
    {
        if (path is null)
        {
            Messages.Error("--identity needs -o FILE: a private key is not printed");
            return ExitCode.Usage;
        }
        using var identity = KeyIdentity.Create();
        var code = Report(identity.Save(path));
        if (code == ExitCode.Done) output.WriteLine(identity.Pin);
        return code;
    }

    static int Pin(string path, string? role, TextWriter output)
    {
        if (!TryLoad(path, out var identity, out var secret)) return ExitCode.Usage;
        using var _ = identity;
        if (identity is not null && role is not null)
        {
            Messages.Error($"{Printable.Text(path)} is an identity and has one pin; --role is for secrets");
            return ExitCode.Usage;
        }
        using var key = identity ?? secret!.Derive(role == "jack" ? Role.Jack : Role.Jenny);
        output.WriteLine(key.Pin);
        return ExitCode.Done;
    }

    static int Show(string path, bool reveal, TextWriter output)
    {
        if (!TryLoad(path, out var identity, out var secret)) return ExitCode.Usage;
        if (identity is not null)
        {
            using (identity) output.WriteLine($"identity\npin    {identity.Pin}");
            if (!reveal) return ExitCode.Done;
            Messages.Error("an identity's private key is shown by no command; it is in the file");
            return ExitCode.Usage;
        }
        using var jack = secret!.Derive(Role.Jack);
        using var jenny = secret.Derive(Role.Jenny);
        output.WriteLine($"shared secret\njack   {jack.Pin}\njenny  {jenny.Pin}");
        if (reveal) output.WriteLine($"secret {secret.Reveal()}");
        return ExitCode.Done;
    }

    /// <summary>Reads either kind of file; says what is wrong when it is neither.</summary>
    static bool TryLoad(string path, out KeyIdentity? identity, out Secret? secret)
    {
        (identity, secret) = (null, null);
        if (PrivateFile.TryRead(path, "'burrow key new' makes one", out var text, out var error))
        {
            var isIdentity = text.TrimStart().StartsWith(PemStart, StringComparison.Ordinal);
            if (isIdentity ? KeyIdentity.TryLoad(path, out identity, out error) : SecretFile.TryLoad(path, out secret, out error)) return true;
        }
        Messages.Error(Printable.Text(error));
        return false;
    }

    static int Report(string? error)
    {
        if (error is null) return ExitCode.Done;
        Messages.Error(Printable.Text(error));
        return ExitCode.Failed;
    }
}
