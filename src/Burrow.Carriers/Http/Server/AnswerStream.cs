using System.Globalization;
using System.Text;
using Burrow.Core;

namespace Burrow.Carriers.Http.Server;

/// <summary>
/// What Kestrel writes to. While no request is being answered, that is its own word on one that it could not read (400, 408, 431, 505 and so on), each a little different from what other web servers
/// say: whoever sent it gets the page that everybody gets, and the connection ends.
/// </summary>
sealed class AnswerStream(Connection connection, Visit visit) : ConnectionStream(connection)
{
    bool _refused;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (visit.IsAnswering) return base.WriteAsync(buffer, cancellationToken);
        if (_refused) return default; // the rest of that word
        _refused = true;
        return base.WriteAsync(Encoding.ASCII.GetBytes(NotFound()), cancellationToken);
    }

    static string NotFound() => string.Create(
        CultureInfo.InvariantCulture, $"HTTP/1.1 404 Not Found\r\nContent-Length: 10\r\nConnection: close\r\nContent-Type: text/plain\r\nDate: {DateTimeOffset.UtcNow:R}\r\n\r\nnot found\n");
}
