using Burrow.Carriers;

namespace Burrow.Cli.Compose;

/// <summary>Carrier URLs of the options.</summary>
static class Urls
{
    /// <exception cref="KeyProblemException">It is none; the configuration's check lets none of these through.</exception>
    public static CarrierUrl Parse(string text) =>
        CarrierUrl.TryParse(text, out var url, out var error) ? url : throw new KeyProblemException($"\"{text}\": {error}");
}
