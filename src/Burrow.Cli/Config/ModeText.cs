using Burrow.Core;

namespace Burrow.Cli.Config;

/// <summary>The word for a mode, as it stands in maps, log lines and the status.</summary>
static class ModeText
{
    public static string Text(this Mode mode) => mode switch
    {
        Mode.Plaintext => "plaintext",
        Mode.Obfuscated => "obfuscated",
        _ => "encrypted",
    };
}
