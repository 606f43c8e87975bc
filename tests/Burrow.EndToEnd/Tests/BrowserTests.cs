using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary><c>-D</c> with a web browser.</summary>
[Collection(Alone.Name)]
public sealed class BrowserTests : TunnelTest
{
    [Theory, Trait("Promise", "R-ERL-02"), Trait("Promise", "R-ERL-03")]
    [InlineData("socks5")]
    [InlineData("http", Traits = ["Category", "Soak"])]
    public async Task Chromium_LoadsAPage(string scheme)
    {
        Requires.Tools("chromium");
        await using var web = HttpFiles.Serve(Lab.Server, 8080, "the page", "0.0.0.0");
        StartJenny();
        StartJack("-D", "1080");
        await Jack.WaitForLineAsync("socks:localhost:1080 => any: listening");
        await Jack.WaitForLineAsync("is up by");
        var home = Directory.CreateDirectory(Path.Combine(Lab.Client.Folder, "browser")).FullName;
        // Its own sandbox wants a user who is not root. The name is one that the client's side would not have to know.
        var chromium = Lab.Client.Start(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", $"--user-data-dir={home}",
                $"--proxy-server={scheme}://127.0.0.1:1080", "--dump-dom", "http://server.lab:8080/page"],
            new Dictionary<string, string> { ["HOME"] = home, ["XDG_CONFIG_HOME"] = home, ["XDG_RUNTIME_DIR"] = home });
        await chromium.WaitForLineAsync("the page", seconds: 60);
        Assert.NotEmpty(web.Callers);
    }
}
