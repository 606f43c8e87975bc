using Burrow.Cli.Compose.Maps;
using Burrow.Cli.Config;
using Burrow.Core;

namespace Burrow.Cli.Compose;

/// <summary>Makes an authority of what the options say.</summary>
static class Permissions
{
    /// <param name="options">Checked when they were read.</param>
    /// <param name="orElse">What holds for the part about which nothing was said.</param>
    public static Authority Of(TunnelOptions options, Authority orElse) => Of(options.PermitDial, options.PermitListen, orElse);

    public static Authority Of(IReadOnlyList<string>? dial, IReadOnlyList<string>? listen, Authority orElse) =>
        new(dial is null ? orElse.Dial : Parse(dial), listen is null ? orElse.Listen : Parse(listen));

    static Permit Parse(IReadOnlyList<string> entries) => Permit.TryParse(entries, out var permit, out var mistake)
        ? permit : throw new KeyProblemException($"\"{mistake}\" is no permit: should be HOST:PORT, such as 10.0.0.0/8:22, db.example:5432 or *:8000-8099");
}
