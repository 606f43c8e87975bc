using System.Globalization;

namespace Burrow.Bench;

/// <summary>The command line. <see cref="UsageException"/> says what is wrong with it.</summary>
internal sealed record BenchOptions
{
    public const string Usage = """
        bench/run [--rounds N] [--quick] [--only NAME]... [--part NAME]... [--write]

          --rounds N    measure everything N times, one candidate after the other, and take medians (5)
          --quick       one short round, fewer channels and cuts: to see that it works, not to quote
          --only NAME   only this candidate (and bare): haproxy, haproxy-splice, socat-relay, forward,
                        pipe, socat-pipe, socat, socat-128k, ssh, ssh-gcm, stunnel, burrow-plaintext, burrow-obfuscated, burrow-encrypted, or a beginning of names such as 'burrow'
          --part NAME   only this part: throughput, round-trip, connects, memory, survival,
                        pipe ('burrow pipe' from stdin to stdout over loopback; target: 1.0 × socat -u with the same buffer),
                        web (the web carriers through a Squid, beside curl and httptunnel)
          --write       put the result into docs/performance.md as well

        The tunnel is ./burrow, or the program that the environment variable BURROW names.
        """;

    static readonly string[] AllParts = ["throughput", "round-trip", "connects", "memory", "survival", "pipe", "web"];

    public int Rounds { get; private init; } = 5;

    public bool Quick { get; private init; }

    public bool Write { get; private init; }

    public IReadOnlyList<string> Only { get; private init; } = [];

    public IReadOnlyList<string> Parts { get; private init; } = AllParts;

    public double WarmUp => Quick ? 0.3 : 0.7;

    public double Window => Quick ? 0.7 : 2;

    public int IdleChannels => Quick ? 1000 : 10_000;

    public int Cuts => Quick ? 50 : 1000;

    /// <summary>Of one download or upload through the web.</summary>
    public long WebBytes => Quick ? 10_000_000 : 100_000_000;

    public int WebEchoes => Quick ? 10 : 60;

    public TimeSpan WebIdle => TimeSpan.FromSeconds(Quick ? 10 : 60);

    public bool Wants(string candidate) => Only.Count == 0 || candidate == "bare" || Only.Any(name => candidate.StartsWith(name, StringComparison.Ordinal));

    public bool DoesAll => Parts.Count == AllParts.Length;

    public bool Does(string part) => Parts.Contains(part);

    public static BenchOptions Parse(string[] words)
    {
        var options = new BenchOptions();
        List<string> only = [], parts = [];
        for (var i = 0; i < words.Length; i++)
        {
            switch (words[i])
            {
                case "--quick":
                    options = options with { Quick = true, Rounds = 1 };
                    break;
                case "--write":
                    options = options with { Write = true };
                    break;
                case "--rounds":
                    if (!int.TryParse(Value(), NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) || rounds == 0) throw new UsageException("--rounds wants a number from 1");
                    options = options with { Rounds = rounds };
                    break;
                case "--only":
                    only.Add(Value());
                    break;
                case "--part":
                    parts.Add(Value() is var part && AllParts.Contains(part) ? part : throw new UsageException($"--part wants one of {string.Join(", ", AllParts)}"));
                    break;
                default:
                    throw new UsageException($"unknown: {words[i]}");
            }

            string Value() => ++i < words.Length ? words[i] : throw new UsageException($"{words[i - 1]} wants a value");
        }

        return options with { Only = only, Parts = parts.Count == 0 ? AllParts : parts };
    }
}

/// <summary>The command line is wrong; the message says how.</summary>
internal sealed class UsageException(string message) : Exception(message);
