using Burrow.Core;

namespace Burrow.Cli.Compose;

/// <summary>Modes as a byte (docs/protocol.md §3.1, wanted modes): bit <c>1 &lt;&lt; mode</c> for each. Bits that stand for no mode are left out.</summary>
static class ModeMask
{
    public static byte Of(IEnumerable<Mode> modes) => (byte)modes.Distinct().Sum(mode => 1 << (int)mode);

    public static IEnumerable<Mode> Modes(byte mask) => Enum.GetValues<Mode>().Where(mode => (mask & (1 << (int)mode)) != 0);
}
