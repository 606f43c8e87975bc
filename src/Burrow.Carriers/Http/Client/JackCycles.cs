using Burrow.Carriers.Http.Cycles;
using Burrow.Core;

namespace Burrow.Carriers.Http.Client;

/// <summary>Jack's end of cycles: makes the requests that <see cref="CycleClient"/> decides on, side by side.</summary>
sealed class JackCycles : CycleConnection
{
    readonly WebClient _client;
    readonly UInt128 _id;
    readonly TimeProvider _time;
    readonly CycleClient _machine; // guarded by Gate
    readonly CancellationTokenSource _stop = new();
    readonly SemaphoreSlim _work = new(1);
    readonly Task _running;

    public JackCycles(WebClient client, UInt128 id, TimeProvider time) : this(client, id, time, new CycleClient()) { }

    JackCycles(WebClient client, UInt128 id, TimeProvider time, CycleClient machine) : base(client.Remote, machine.Out, machine.In)
    {
        (_client, _id, _time, _machine) = (client, id, time, machine);
        _running = RunAsync();
    }

    TimeSpan Now => _time.GetElapsedTime(0);

    protected override void Changed()
    {
        if (_work.CurrentCount == 0) _work.Release();
    }

    protected override void AbortCore()
    {
        _stop.Cancel();
        Changed();
        Wake();
    }

    public override async ValueTask DisposeAsync()
    {
        await FinishAsync(_time);
        SetEnd(EndReason.Completed);
        await _stop.CancelAsync();
        Changed();
        Wake();
        await _running;
        await CycleDial.EndAsync(_client, _id);
        _client.Dispose();
        lock (Gate) _machine.Out.Release();
    }

    async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            await RequestAsync();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Nobody else would make requests: the carrier would stand still, for ever.
            Abort(new EndReason(EndPhase.Relay, EndSide.Local, EndCause.Failed, $"{_client.Url}: {e.Message}"));
        }
    }

    async Task RequestAsync()
    {
        var sending = new List<Task>();
        while (End is null)
        {
            CycleRequest? request;
            TimeSpan wait;
            byte[]? bytes = null;
            long received;
            bool isLost;
            lock (Gate)
            {
                request = _machine.Next(Now, out wait);
                if (request is { IsPush: true }) _machine.Out.Copy(request.First, bytes = new byte[request.Length]);
                received = _machine.In.Acknowledged;
                isLost = _machine.IsLost(Now);
            }
            if (isLost) Abort(new EndReason(EndPhase.Relay, EndSide.Path, EndCause.Silent, $"{_client.Url}: no answer of Jenny's for too long"));
            if (request is null)
            {
                await _work.WaitAsync(wait < Tick ? wait : Tick);
                continue;
            }
            sending.RemoveAll(static sent => sent.IsCompleted);
            sending.Add(SendAsync(request, bytes, received));
        }
        await Task.WhenAll(sending);
    }

    // How late a carrier that was given up is noticed.
    static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);

    async Task SendAsync(CycleRequest request, byte[]? bytes, long received)
    {
        var (answer, miss, failure, isGone) = await CycleDial.SendAsync(_client, _id, request, bytes, received, _stop.Token);
        bool isOver;
        lock (Gate)
        {
            if (answer is { } heard) _machine.OnAnswer(request, heard, Now);
            else _machine.OnMiss(request, miss, Now);
            isOver = _machine.IsOver;
        }
        if (isGone) Abort(failure!);
        else if (isOver) Abort(new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.Reset, $"{_client.Url}: Jenny ended it"));
        Wake();
        Changed();
    }
}
