namespace Burrow.Core.Sockets;

/// <summary>Who wants a descriptor of this process; see <see cref="DescriptorLimit"/>.</summary>
public enum DescriptorShare
{
    /// <summary>Clients and what is dialled for them: all but the last.</summary>
    Clients,

    /// <summary>What the process needs to heal itself, a carrier or a question for its status: more than clients may have, but not the very last.</summary>
    Tunnel,
}
