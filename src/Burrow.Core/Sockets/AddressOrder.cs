using System.Net;
using System.Net.Sockets;

namespace Burrow.Core.Sockets;

/// <summary>In which order the addresses of a name are tried.</summary>
internal static class AddressOrder
{
    /// <summary>
    /// RFC 8305 section 4: the resolver's order (RFC 6724) with the families taking turns, beginning with the family of the first, so that one broken family
    /// costs one stagger and not one for each of its addresses. IPv4-mapped addresses are folded and duplicates dropped.
    /// </summary>
    public static List<IPAddress> Interleave(IReadOnlyList<IPAddress> resolved)
    {
        var ordered = new List<IPAddress>(resolved.Count);
        var folded = resolved.Select(EndPoints.Fold).Distinct().ToList();
        if (folded.Count == 0) return ordered;

        var preferred = folded[0].AddressFamily;
        var first = new Queue<IPAddress>(folded.Where(a => a.AddressFamily == preferred));
        var second = new Queue<IPAddress>(folded.Where(a => a.AddressFamily != preferred && a.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6));
        while (first.Count + second.Count > 0)
        {
            if (first.TryDequeue(out var a)) ordered.Add(a);
            if (second.TryDequeue(out var b)) ordered.Add(b);
        }
        return ordered;
    }
}
