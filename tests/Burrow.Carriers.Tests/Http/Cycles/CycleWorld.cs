using Burrow.Carriers.Http.Cycles;
using Xunit;

namespace Burrow.Carriers.Tests.Http.Cycles;

/// <summary>What something on the way does to requests.</summary>
/// <param name="LoseRequest">Of a hundred requests, so many never reach Jenny.</param>
/// <param name="LoseAnswer">So many answers never reach Jack.</param>
/// <param name="Repeat">So many requests reach her twice, the second time perhaps much later.</param>
/// <param name="Refuse">So many are answered by an error page, after they reached her or before.</param>
/// <param name="LargestPush">Larger bodies are refused.</param>
/// <param name="LargestAnswer">Larger answers are replaced by an error page.</param>
/// <param name="LongestHold">Requests that take longer are cut, in milliseconds.</param>
sealed record Middlebox(int LoseRequest = 0, int LoseAnswer = 0, int Repeat = 0, int Refuse = 0, int LargestPush = int.MaxValue, int LargestAnswer = int.MaxValue, int LongestHold = int.MaxValue);

/// <summary>Both halves of cycles and a path between them, in simulated milliseconds and by a seed.</summary>
sealed class CycleWorld(int seed, Middlebox box)
{
    // Simulated time after which a schedule has failed: far beyond any give-up time.
    const int Limit = 600_000;

    readonly Random _random = new(seed);
    readonly PriorityQueue<Action, (int At, int Order)> _events = new();
    readonly CycleClient _jack = new();
    readonly CycleServer _jenny = new();
    readonly List<(CycleRequest Request, long Received, Action<CycleAnswer> Answer)> _held = [];
    int _now;
    int _order;
    int _wokenAt = -1;

    public int Requests { get; private set; }

    public bool GaveUp { get; private set; }

    TimeSpan Now => TimeSpan.FromMilliseconds(_now);

    /// <summary>Sends so many bytes each way and reads them with delays; then both ends must have said and heard everything.</summary>
    public void Transfer(int up, int down)
    {
        var fromJack = new Side(_jack.Out, _jenny.In, up, seed * 31, _random);
        var fromJenny = new Side(_jenny.Out, _jack.In, down, (seed * 31) + 1, _random);
        while (!(fromJack.IsDone && fromJenny.IsDone && _jack.IsDone))
        {
            fromJack.Move();
            fromJenny.Move();
            Release();
            RunJack();
            Assert.False(_jack.IsOver, "Jack says it is over");
            Assert.False(_jenny.IsOver, "Jenny says it is over");
            if (_jack.IsLost(Now)) GaveUp = true;
            if (GaveUp) return;
            Assert.True(_now < Limit, $"seed {seed}: stuck at {fromJack} {fromJenny}");
            Step();
        }
    }

    /// <summary>Lets time pass with nothing to say.</summary>
    public void Idle(int milliseconds)
    {
        var end = _now + milliseconds;
        while (_now < end)
        {
            RunJack();
            Release();
            Step();
        }
    }

    void Step()
    {
        if (_events.TryDequeue(out var happens, out var when))
        {
            _now = Math.Max(_now, when.At);
            happens();
        }
        else
        {
            _now += 50;
        }
    }

    void RunJack()
    {
        while (_jack.Next(Now, out var wait) is { } request)
        {
            var bytes = new byte[request.IsPush ? request.Length : 0];
            if (request.IsPush) _jack.Out.Copy(request.First, bytes);
            Send(request, bytes, _jack.In.Acknowledged);
            if (wait == default) break;
        }
        if (_wokenAt > _now) return;
        _jack.Next(Now, out var later);
        _wokenAt = _now + (int)Math.Clamp(later.TotalMilliseconds, 1, 1000);
        At(_wokenAt - _now, static () => { });
    }

    void Send(CycleRequest request, byte[] bytes, long received)
    {
        Requests++;
        var settled = false;
        void Settle(Action outcome)
        {
            if (settled) return;
            settled = true;
            outcome();
        }
        void Miss(CycleMiss miss, int after) => At(after, () => Settle(() => _jack.OnMiss(request, miss, Now)));

        Miss(CycleMiss.Lost, (int)Math.Min(box.LongestHold, (request.Hold + CycleTuning.AnswerTimeout).TotalMilliseconds));
        if (bytes.Length > box.LargestPush)
        {
            Miss(CycleMiss.Refused, Delay());
            return;
        }
        if (Chance(box.Refuse))
        {
            Miss(Chance(50) ? CycleMiss.Unavailable : CycleMiss.Lost, Delay());
            if (Chance(50)) return; // else Jenny hears it all the same
        }
        if (Chance(box.LoseRequest)) return;
        var times = Chance(box.Repeat) ? 2 : 1;
        for (var i = 0; i < times; i++)
        {
            At(Delay() * (1 + (i * _random.Next(50))), () => Hear(request, bytes, received, answer =>
            {
                if (Chance(box.LoseAnswer)) return;
                if (answer.Bytes.Length > box.LargestAnswer) Miss(CycleMiss.Refused, Delay());
                else At(Delay(), () => Settle(() => _jack.OnAnswer(request, answer, Now)));
            }));
        }
    }

    void Hear(CycleRequest request, byte[] bytes, long received, Action<CycleAnswer> answer)
    {
        if (request.IsPush)
        {
            answer(_jenny.Push(request.First, bytes, request.Fin, received));
            return;
        }
        var item = (request, received, answer);
        if (_jenny.Pull(request.First, request.Length, received, isLate: false) is { } now)
        {
            answer(now);
            return;
        }
        _held.Add(item);
        At((int)request.Hold.TotalMilliseconds, () =>
        {
            if (_held.Remove(item)) answer(_jenny.Pull(request.First, request.Length, received, isLate: true)!.Value);
        });
    }

    void Release()
    {
        foreach (var item in _held.ToArray())
        {
            if (_jenny.Pull(item.Request.First, item.Request.Length, item.Received, isLate: false) is not { } answer) continue;
            _held.Remove(item);
            item.Answer(answer);
        }
    }

    bool Chance(int percent) => _random.Next(100) < percent;

    int Delay() => 5 + _random.Next(40);

    void At(int after, Action happens) => _events.Enqueue(happens, (_now + after, ++_order));

    /// <summary>One direction: a writer that writes, half-closes, and a reader that compares.</summary>
    sealed class Side(Outbox output, Inbox input, int length, int seed, Random random)
    {
        readonly byte[] _buffer = new byte[64 * 1024];
        int _written, _read;

        public bool IsDone => _read == length && input.AtEnd;

        public void Move()
        {
            if (_written < length)
            {
                var count = Math.Min(length - _written, random.Next(1, _buffer.Length));
                for (var i = 0; i < count; i++) _buffer[i] = At(_written + i);
                _written += output.Write(_buffer.AsSpan(0, count));
            }
            else
            {
                output.Complete();
            }
            if (random.Next(4) == 0) return; // the reader is slow at times
            var got = input.Read(_buffer);
            for (var i = 0; i < got; i++)
                if (_buffer[i] != At(_read + i)) Assert.Fail($"another byte at {_read + i}");
            _read += got;
        }

        byte At(int offset) => (byte)((offset * 2654435761L) >> 13 ^ seed);

        public override string ToString() => $"written {_written} read {_read} of {length} (acked {output.Acked}, end {output.EndAcked}, received {input.Received});";
    }
}
