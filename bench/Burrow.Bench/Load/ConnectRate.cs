using System.Diagnostics;
using System.Net;
using Burrow.Bench.Platform;

namespace Burrow.Bench.Load;

/// <summary>Connects, sends one byte, waits for it to come back, closes and begins anew, a number of times at once. Reports <c>rate</c> in connections per second, <c>failed</c>.</summary>
internal static unsafe class ConnectRate
{
    public static int Run(IPEndPoint through, int atOnce, double warmUp, double seconds)
    {
        using var poller = new Poller();
        var slots = new Slot[atOnce];
        for (var i = 0; i < atOnce; i++)
        {
            slots[i].Begin(poller, i, through);
        }

        var (done, failed) = (0, 0);
        Turn(poller, slots, through, warmUp, ref done, ref failed);
        var (doneBefore, begun) = (done, Stopwatch.GetTimestamp());
        Turn(poller, slots, through, seconds, ref done, ref failed);
        var took = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        new LoadResult { ["rate"] = (done - doneBefore) / took, ["failed"] = failed }.ReportAndHold();
        return 0;
    }

    static void Turn(Poller poller, Slot[] slots, IPEndPoint through, double seconds, ref int done, ref int failed)
    {
        var end = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        for (long left; (left = end - Stopwatch.GetTimestamp()) > 0;)
        {
            var ready = poller.Wait((int)(left * 1000 / Stopwatch.Frequency) + 1);
            for (var i = 0; i < ready; i++)
            {
                var (token, events) = poller[i];
                if (slots[token].Advance(poller, token, events) is not { } answered)
                {
                    continue;
                }

                done += answered ? 1 : 0;
                failed += answered ? 0 : 1;
                _ = Libc.Close(slots[token].Descriptor);
                slots[token].Begin(poller, token, through);
            }
        }
    }

    struct Slot
    {
        bool _asked;

        public int Descriptor { get; private set; }

        public void Begin(Poller poller, int token, IPEndPoint through)
        {
            Descriptor = Fd.BeginConnect(through);
            _asked = false;
            poller.Add(Descriptor, Libc.EPOLLOUT, token);
        }

        // Null: not yet; true: answered; false: failed.
        public bool? Advance(Poller poller, int token, uint events)
        {
            if ((events & (Libc.EPOLLERR | Libc.EPOLLHUP)) != 0)
            {
                return false;
            }

            if (!_asked)
            {
                var question = stackalloc byte[] { LoadServer.Echo, 0x21 };
                _asked = true;
                poller.Modify(Descriptor, Libc.EPOLLIN, token);
                return Libc.Send(Descriptor, question, 2, Libc.MSG_NOSIGNAL) == 2 ? null : false;
            }

            byte answer;
            return Libc.Receive(Descriptor, &answer, 1, 0) switch
            {
                1 => true,
                < 0 when Fd.LastWouldBlock => null,
                _ => false,
            };
        }
    }
}
