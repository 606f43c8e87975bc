using Burrow.Cli.Config;
using Burrow.Session;

namespace Burrow.Cli.Compose;

/// <summary>Makes a session's options of the command's.</summary>
static class SessionChoices
{
    public static SessionOptions Of(TunnelOptions options) => new()
    {
        ReadAhead = (int)options.QueueLimit,
        MaxWindow = (int)options.QueueLimit,
        IdlePing = options.KeepAlive,
    };
}
