using Burrow.Cli.Hosting;
using Burrow.Core;

namespace Burrow.Cli.Compose;

/// <summary>Says what a refusal for good means and what to do about it.</summary>
static class Refusals
{
    public static int ExitCodeOf(EndReason reason) => reason.Cause is EndCause.Credential or EndCause.BadProof ? ExitCode.Refused : ExitCode.Failed;

    public static string Explain(EndReason reason) => reason switch
    {
        { Cause: EndCause.Credential, Phase: EndPhase.Dial, Side: EndSide.Path, Detail: { } proxy } => proxy,
        { Cause: EndCause.Credential, Side: EndSide.Local } =>
            $"wrong secret or wrong pin: {reason.Detail}; both ends need the same secret file, or Jenny's pin has changed (see it with 'burrow key pin' on her side)",
        { Cause: EndCause.Credential } => $"Jenny does not know our credential{Detail(reason)}; she needs the same secret file, or our pin in her authorized file",
        { Cause: EndCause.Superseded } => $"a newer run of this Jack has taken over{Detail(reason)}",
        { Cause: EndCause.Version } => $"Jenny speaks another version{Detail(reason)}; use the same version of burrow on both ends",
        _ => reason.ToString(),
    };

    static string Detail(EndReason reason) => reason.Detail is null ? "" : $" ({reason.Detail})";
}
