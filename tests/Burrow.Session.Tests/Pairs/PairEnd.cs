using Burrow.Core;
using Burrow.Session.Link;
using Burrow.Session.Mux;

namespace Burrow.Session.Tests.Pairs;

/// <summary>One end of a <see cref="SessionPair"/>, or the honest end against a peer whose bytes a test writes by hand. Remembers what it was told.</summary>
sealed class PairEnd : ISessionHandler
{
    public PairEnd(bool isJack, Mode mode = Mode.Encrypted, long budget = CreditBudget.DefaultTotal, ulong? firstChannel = null)
    {
        Budget = new CreditBudget(budget);
        Total = budget;
        Session = new Session(new SessionId(1, 2), mode, SessionPair.Key, isJack, this, Budget) { FirstChannel = firstChannel ?? (isJack ? 1u : 2u) };
    }

    public Session Session { get; }

    public CreditBudget Budget { get; }

    public long Total { get; }

    public LinkState? Link { get; set; }

    /// <summary>What to do with a channel that the peer opens; null: nothing yet.</summary>
    public Action<Channel>? OnOpen { get; set; }

    public List<Channel> Offered { get; } = [];

    public List<Channel> Opened { get; } = [];

    public List<Channel> EndedChannels { get; } = [];

    public List<string> Listens { get; } = [];

    public int Suspects { get; private set; }

    public int Recoveries { get; private set; }

    public EndReason? Ended { get; private set; }

    public ScriptedPort Open(string host = "host")
    {
        ScriptedPort? port = null;
        Session.Open(new OpenRequest(new Target(host, 80), 0, "source"), null, (session, channel) => port = new ScriptedPort(session, channel));
        return port!;
    }

    public ScriptedPort Accept(Channel channel)
    {
        ScriptedPort? port = null;
        Session.Accept(channel, (session, accepted) => port = new ScriptedPort(session, accepted));
        return port!;
    }

    public byte[] Produce(TimeSpan now) => Session.Produce(Link!, now).ToArray();

    void ISessionHandler.OnOpen(Session session, Channel channel)
    {
        Offered.Add(channel);
        OnOpen?.Invoke(channel);
    }

    void ISessionHandler.OnOpened(Session session, Channel channel) => Opened.Add(channel);

    void ISessionHandler.OnChannelEnded(Session session, Channel channel) => EndedChannels.Add(channel);

    void ISessionHandler.OnListen(Session session, uint id, ListenRequest request) => Listens.Add($"listen {id} {request.Bind} {request.Target}");

    void ISessionHandler.OnUnlisten(Session session, uint id) => Listens.Add($"unlisten {id}");

    void ISessionHandler.OnListening(Session session, uint id, int port) => Listens.Add($"listening {id} {port}");

    void ISessionHandler.OnNotListening(Session session, uint id, EndReason reason) => Listens.Add($"not listening {id} {reason.Cause}");

    void ISessionHandler.OnSuspect(Session session) => Suspects++;

    void ISessionHandler.OnRecovered(Session session) => Recoveries++;

    void ISessionHandler.OnEnded(Session session, EndReason reason) => Ended = reason;
}
