using System.Runtime.Versioning;
using Burrow.Endpoints.HostFiles;
using Xunit;

namespace Burrow.Endpoints.Tests.HostFiles;

public sealed class HostLedgerTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("burrow-test-").FullName;

    HostFileStore Store(string content)
    {
        var path = Path.Combine(_folder, "hosts");
        File.WriteAllText(path, content);
        return new HostFileStore(path);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Write_AddsOnlyWhatWasNotWrittenYet_OnTopOfOthers()
    {
        var store = Store("a 10\nb 20\n");
        var ledger = new HostLedger(store);
        var moved = 5L;
        var account = ledger.Open("a", () => moved);
        ledger.Write();
        Assert.Equal("a 15\nb 20\n", File.ReadAllText(store.Path));
        store.Update(file => file.Count("a", 100));
        moved = 7;
        account.Close();
        moved = 9; // after the end nothing counts
        ledger.Write();
        ledger.Write();
        Assert.Equal("a 117\nb 20\n", File.ReadAllText(store.Path));
    }

    [Fact]
    public void LeastFirst_CountsWhatIsNotWrittenYet()
    {
        var ledger = new HostLedger(Store("a 10\nb 20\nc 20\n"));
        Assert.Equal(["a", "b", "c"], ledger.LeastFirst());
        var account = ledger.Open("a", () => 15);
        Assert.Equal(["b", "c", "a"], ledger.LeastFirst());
        ledger.Open("b", () => 0);
        Assert.Equal(["c", "b", "a"], ledger.LeastFirst());
        account.Close();
        Assert.Equal(["c", "b", "a"], ledger.LeastFirst());
    }

    [Fact]
    public void R_SHD_37_EqualTransfers_SpreadWithinOne()
    {
        var ledger = new HostLedger(Store("a\nb\nc\n"));
        var count = new Dictionary<string, int> { ["a"] = 0, ["b"] = 0, ["c"] = 0 };
        for (var i = 0; i < 100; i++)
        {
            var host = ledger.LeastFirst()[0];
            ledger.Open(host, () => 1000).Close();
            count[host]++;
            if (i % 7 == 0) ledger.Write();
        }
        Assert.True(count.Values.Max() - count.Values.Min() <= 1);
    }

    [Fact]
    public void ClosedAccount_HoldsNothing_AndItsBytesCount()
    {
        var ledger = new HostLedger(Store("a 10\nb 20\n"));
        var connection = OpenAndClose(ledger);
        GC.Collect();
        Assert.False(connection.IsAlive);
        Assert.Equal(["b", "a"], ledger.LeastFirst());
        ledger.Write();
        Assert.Equal("a 40\nb 20\n", File.ReadAllText(ledger.Store.Path));
        Assert.Equal(["b", "a"], ledger.LeastFirst());
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    static WeakReference OpenAndClose(HostLedger ledger)
    {
        var connection = new long[] { 30 };
        ledger.Open("a", () => connection[0]).Close();
        return new WeakReference(connection);
    }

    [Fact]
    public void FailedWrite_IsMadeUpFor()
    {
        var store = Store("a 10\n");
        var ledger = new HostLedger(store);
        ledger.Open("a", () => 5).Close();
        File.WriteAllText(store.Path, "a ten\n");
        Assert.Throws<HostFileException>(ledger.Write);
        File.WriteAllText(store.Path, "a 100\n");
        ledger.Write();
        Assert.Equal("a 105\n", File.ReadAllText(store.Path));
    }

    [Fact]
    public void R_SHD_32_TwoWritersOfOneProcess_LoseNothing()
    {
        var store = Store("a 0\nb 0\n");
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, writer =>
        {
            for (var i = 0; i < 50; i++) new HostFileStore(store.Path).Update(file => file.Count(writer % 2 == 0 ? "a" : "b", 3));
        });
        Assert.Equal("a 600\nb 600\n", File.ReadAllText(store.Path));
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void Update_KeepsTheModeAndTheLink()
    {
        var store = Store("a 0\n");
        File.SetUnixFileMode(store.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var link = Path.Combine(_folder, "link");
        File.CreateSymbolicLink(link, store.Path);
        new HostFileStore(link).Update(file => file.Count("a", 1));
        Assert.Equal("a 1\n", File.ReadAllText(store.Path));
        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(store.Path));
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void Update_ByRoot_KeepsOwnerAndGroup()
    {
        Assert.SkipUnless(System.Environment.IsPrivilegedProcess, "only root may give files away");
        var store = Store("a 0\n");
        Run("chown", "12345:23456", store.Path);
        Run("chmod", "2640", store.Path);
        store.Update(file => file.Count("a", 1));
        Assert.Equal("12345:23456 2640\n", Run("stat", "-c", "%u:%g %a", store.Path));
    }

    static string Run(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    [Fact]
    public void MissingFile_IsNamed() =>
        Assert.Equal("/nonexistent/hosts: can't be read: there is no such file", Assert.Throws<HostFileException>(() => new HostFileStore("/nonexistent/hosts").Read()).Message);
}
