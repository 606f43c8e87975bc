using System.Net;
using Burrow.Carriers.Http.Cycles;
using Burrow.Core;

namespace Burrow.Carriers.Http.Server;

/// <summary>Jenny's end of cycles: answers what Jack's requests ask, and holds pulls back until there is something to say.</summary>
sealed class JennyCycles(EndPoint? remote, CycleServer machine, TimeProvider time, Action<JennyCycles> closed) : CycleConnection(remote, machine.Out, machine.In)
{
    // HTTP connections that requests come over before somebody has proved who it is: more than one Jack uses at once.
    const int MaxVisits = 16;

    /// <summary>What is held of Jack's stream until somebody has proved who it is: as much as the port reads until then.</summary>
    public const int MostUnproved = 16 * 1024;

    readonly List<Visit> _waiting = []; // guarded by Gate
    TaskCompletionSource _news = New(); // guarded by Gate
    TimeSpan _heardAt = time.GetElapsedTime(0); // guarded by Gate
    bool _admitted; // guarded by Gate

    public UInt128 Id { get; init; }

    /// <summary>Jack has asked for nothing for too long.</summary>
    public bool IsAbandoned
    {
        get { lock (Gate) return time.GetElapsedTime(0) - _heardAt > CycleTuning.Abandoned; }
    }

    /// <summary>A request came over that connection: when somebody proves who it is, it counts for it, too.</summary>
    public void Join(Visit visit)
    {
        visit.NoteOurs();
        lock (Gate)
        {
            _heardAt = time.GetElapsedTime(0);
            if (!_admitted)
            {
                if (_waiting.Count == MaxVisits) _waiting.RemoveAt(0);
                if (!_waiting.Contains(visit)) _waiting.Add(visit);
                return;
            }
        }
        visit.Admit();
    }

    /// <summary>Somebody on this carrier has proved who it is.</summary>
    public void Admit()
    {
        Visit[] waiting;
        lock (Gate)
        {
            _admitted = true;
            waiting = [.. _waiting];
            _waiting.Clear();
        }
        foreach (var visit in waiting) visit.Admit();
    }

    /// <summary>The largest body of a push that is read.</summary>
    public int MostPush
    {
        get { lock (Gate) return _admitted ? CycleTuning.LargestPush : MostUnproved; }
    }

    public CycleAnswer Open()
    {
        lock (Gate) return machine.Push(0, default, fin: false, received: 0);
    }

    public CycleAnswer Push(in WebRoute route, byte[] bytes)
    {
        CycleAnswer answer;
        lock (Gate)
        {
            // Beyond it bytes are as good as lost, and come again.
            var fits = _admitted || route.First <= MostUnproved - bytes.Length;
            answer = fits ? machine.Push(route.First, bytes, route.Fin, route.Received) : machine.Push(0, default, fin: false, route.Received);
        }
        Happened(answer.Over);
        return answer;
    }

    public async Task<CycleAnswer> PullAsync(WebRoute route, CancellationToken gone)
    {
        var hold = TimeSpan.FromMilliseconds(Math.Min(route.Hold, CycleTuning.Abandoned.TotalMilliseconds / 2));
        using var late = new CancellationTokenSource(hold, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, gone);
        while (true)
        {
            CycleAnswer? answer;
            Task news;
            lock (Gate)
            {
                answer = machine.Pull(route.First, route.Most, route.Received, either.IsCancellationRequested);
                news = _news.Task;
                _heardAt = time.GetElapsedTime(0);
            }
            if (answer is { } found)
            {
                Happened(found.Over);
                return found;
            }
            Wake();
            await news.WaitAsync(either.Token).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <summary>Jack says that it is over. In order, when everything is said and heard.</summary>
    public void EndedByPeer()
    {
        bool inOrder;
        lock (Gate)
        {
            inOrder = machine.In.IsWhole && machine.Out.IsComplete;
            if (inOrder) machine.Out.Ack(machine.Out.Written + 1);
        }
        if (inOrder) Wake();
        else Abort(new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.Reset));
    }

    protected override void Changed()
    {
        TaskCompletionSource news;
        lock (Gate) (news, _news) = (_news, New());
        news.TrySetResult();
    }

    protected override void AbortCore()
    {
        lock (Gate) machine.IsOver = true;
        Changed();
        Wake();
        closed(this);
    }

    public override async ValueTask DisposeAsync()
    {
        await FinishAsync(time);
        Abort(EndReason.Completed);
        lock (Gate) machine.Out.Release();
    }

    void Happened(bool over)
    {
        if (over && End is null) Abort(new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.Protocol, "requests that contradict each other"));
        Wake();
    }

    static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
