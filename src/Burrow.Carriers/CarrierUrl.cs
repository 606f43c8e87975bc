namespace Burrow.Carriers;
public sealed record CarrierUrl(string Scheme, string Text)
{
    public bool IsAuthenticated => Text.Length == 0;
    public static CarrierUrl Parse(string s) => new("tcp", s);
    public override string ToString() => Text;
}
public static class CarrierRegistry
{
    public static ValueTask<Burrow.Core.DialResult> DialAsync(CarrierUrl url, TimeSpan timeout, CancellationToken stop)
    {
        var hp = url.Text["tcp://".Length..];
        var c = hp.LastIndexOf(':');
        return Burrow.Core.Sockets.TcpDialer.Default.DialAsync(new Burrow.Core.Target(hp[..c].Trim('[', ']'), int.Parse(hp[(c + 1)..])), timeout, null, stop);
    }
}
