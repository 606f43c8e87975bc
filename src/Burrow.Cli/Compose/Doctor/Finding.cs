using System.Text.Json.Serialization;

namespace Burrow.Cli.Compose.Doctor;

/// <summary>What came of one way to Jenny.</summary>
/// <param name="Url">Where to.</param>
/// <param name="Way">What carries: <c>tcp</c>, <c>unix</c>, <c>ws</c>, <c>http</c> or <c>cycles</c>.</param>
/// <param name="Through">The proxy's URL without credentials; null: directly.</param>
/// <param name="Works">A carrier came up and, if there is a secret, Jenny herself answered inside TLS.</param>
/// <param name="ConnectMs">Until the carrier was up; null when it did not come up.</param>
/// <param name="RoundTripMs">A question to Jenny and her answer over the carrier; null without a secret.</param>
/// <param name="UpMbps">What the carrier took, in megabits of 10^6 a second; null without a secret, or when Jenny is too old to be asked.</param>
/// <param name="DownMbps">What it brought.</param>
/// <param name="Why">What stood in the way; null if nothing.</param>
/// <param name="Chosen">What jack would take.</param>
internal sealed record Finding(string Url, string Way, string? Through, bool Works, double? ConnectMs, double? RoundTripMs, double? UpMbps, double? DownMbps, string? Why, bool Chosen = false);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<Finding>))]
internal sealed partial class FindingJson : JsonSerializerContext;
