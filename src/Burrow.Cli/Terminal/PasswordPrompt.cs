using System.Text;

namespace Burrow.Cli.Terminal;

/// <summary>Asks for a password in the terminal.</summary>
static class PasswordPrompt
{
    /// <returns>Null when there is no terminal, or on an end of input.</returns>
    public static string? Ask(string question)
    {
        if (Console.IsInputRedirected || Console.IsErrorRedirected) return null;
        Console.Error.Write(question);
        var password = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            switch (key)
            {
                case { Key: ConsoleKey.Enter }:
                    Console.Error.WriteLine();
                    return password.ToString();
                case { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control }:
                    Console.Error.WriteLine();
                    return null;
                case { Key: ConsoleKey.U, Modifiers: ConsoleModifiers.Control }:
                    password.Clear();
                    break;
                case { Key: ConsoleKey.Backspace }:
                    if (password.Length > 0) password.Length--;
                    break;
                case { KeyChar: >= ' ' }:
                    password.Append(key.KeyChar);
                    break;
            }
        }
    }
}
