namespace Burrow.Core;

/// <summary>What stands between a carrier and a session. The numbers travel on the wire (docs/protocol.md, "Births").</summary>
public enum Mode : byte
{
    /// <summary>Nothing: the payload is readable on the wire. Everything but payload is authenticated.</summary>
    Plaintext = 1,

    /// <summary>Lower-case hex: two characters a byte, no secrecy. Everything but payload is authenticated.</summary>
    Obfuscated = 2,

    /// <summary>TLS 1.3, both ends pinned.</summary>
    Encrypted = 3,
}
