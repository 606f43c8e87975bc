using Burrow.Cli.Compose.Maps;
using Burrow.Session;
using Burrow.Session.Mux;

namespace Burrow.Cli.Compose.Jack;

/// <summary>What all of Jack's keepers share.</summary>
/// <param name="SessionTimeout">How long a session without a carrier is kept.</param>
/// <param name="Wants">Told which modes Jenny's own maps need.</param>
sealed record JackContext(
    SessionEndContext Ends, IJennyDoor Door, Authority Authority, Quotas Quotas, Instance Instance, string Name, TimeSpan LongestPause, TimeSpan SessionTimeout, SessionOptions Options, CreditBudget Budget, FirstMeeting Met, Action<byte> Wants)
{
    public TimeProvider Time => Ends.Time;
}

/// <summary>Whether any session was ever born in this process: until then, whoever answers with another key is not who was meant.</summary>
sealed class FirstMeeting
{
    volatile bool _happened;

    public bool Happened
    {
        get => _happened;
        set => _happened = value;
    }
}
