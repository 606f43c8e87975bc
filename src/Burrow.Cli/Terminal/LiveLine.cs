using System.Text;

namespace Burrow.Cli.Terminal;

/// <summary>Says every second how it goes, on standard error: in a terminal on one line that changes, otherwise a line each time. Ends with a last word.</summary>
internal sealed class LiveLine : IAsyncDisposable
{
    static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    // Carriage return, and "erase to the end of the line" (ECMA-48 8.3.41).
    const string Again = "\r";
    const string ClearRest = "\u001b[K";

    readonly bool _inPlace;
    readonly Func<bool, string?> _text;
    readonly Stream _output;
    readonly ITimer _timer;
    readonly Lock _gate = new();

    /// <param name="inPlace">Whether a terminal shows it.</param>
    /// <param name="text">What to say now, null for nothing; the argument tells the last time.</param>
    /// <param name="time">Runs the seconds.</param>
    /// <param name="output">Null: standard error.</param>
    public LiveLine(bool inPlace, Func<bool, string?> text, TimeProvider time, Stream? output = null)
    {
        (_inPlace, _text, _output) = (inPlace, text, output ?? StandardError.Open());
        _timer = time.CreateTimer(static self => ((LiveLine)self!).Show(last: false), this, Beat, Beat);
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        Show(last: true);
    }

    void Show(bool last)
    {
        lock (_gate)
        {
            if (_text(last) is not { } text) return;
            try
            {
                _output.Write(Encoding.UTF8.GetBytes(_inPlace ? $"{Again}{text}{ClearRest}{(last ? "\n" : "")}" : text + "\n"));
            }
            catch (IOException)
            {
                // Nobody reads standard error any more.
            }
        }
    }
}
