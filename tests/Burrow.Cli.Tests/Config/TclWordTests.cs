using Burrow.Cli.Config;
using Burrow.Cli.Config.Tcl;
using Xunit;

namespace Burrow.Cli.Tests.Config;

/// <summary>Each row was run through tclsh 8.6 as <c>list …</c>; the expected words are what it said.</summary>
public sealed class TclWordTests
{
    [Theory]
    [InlineData("a b  c", "a|b|c")]
    [InlineData("{a b} \"c d\"", "a b|c d")]
    [InlineData("a\"b c\"d", "a\"b|c\"d")]
    [InlineData("a{b c}d", "a{b|c}d")]
    [InlineData("{a\\}b}", "a\\}b")]
    [InlineData("{a {b c} d}", "a {b c} d")]
    [InlineData("{a\\\n   b}", "a b")]
    [InlineData("a\\\n   b", "a|b")]
    [InlineData("\"a\\\n   b\"", "a b")]
    [InlineData("{a}\\\n b", "a|b")]
    [InlineData("a\\;b", "a;b")]
    [InlineData("$ a", "$|a")]
    [InlineData("a$ a$-", "a$|a$-")]
    [InlineData("a]", "a]")]
    [InlineData("\\x41 \\u0041 \\101 \\q \\xg", "A|A|A|q|xg")]
    [InlineData("\\u00e9z \\x414 \\400", "éz|A4|\u00200")]
    [InlineData("\\U1F600", "😀")]
    [InlineData("#a b", "#a|b")]
    [InlineData("{}", "")]
    [InlineData("\"\" x", "|x")]
    [InlineData("{a \" b}", "a \" b")]
    [InlineData("[list a][list b]", "ab")]
    [InlineData("x[]y", "xy")]
    [InlineData("[list a\nlist b]", "b")]
    [InlineData("[list \"a]\"]", "a\\]")]
    [InlineData("\"a[list b]c\"", "abc")]
    [InlineData("a[list b c]d", "ab cd")]
    [InlineData("[list a {b c} {}]", "a {b c} {}")]
    public void Words_AreSplitAsTclSplitsThem(string script, string expected)
    {
        var (words, problems) = Evaluate($"map {script}");
        Assert.Empty(problems);
        // A list may be quoted in several ways; what counts is its elements.
        Assert.Equal(expected.Split('|').Select(Normal), Assert.Single(words).Skip(1).Select(Normal));
    }

    [Theory]
    [InlineData("map \"a\"b", "1:8", "extra characters after close-quote")]
    [InlineData("map {a}b", "1:8", "extra characters after close-brace")]
    [InlineData("map {a", "1:5", "missing close-brace")]
    [InlineData("map \"a b", "1:5", "missing \"")]
    [InlineData("map [list a", "1:5", "missing close-bracket")]
    [InlineData("map [list a\n# b]", "1:5", "missing close-bracket")]
    [InlineData("map ${x", "1:5", "missing close-brace for the variable's name")]
    [InlineData("map $x", "1:5", "no such variable \"x\"")]
    [InlineData("set here 1\nmap $hre", "2:5", "did you mean \"here\"?")]
    [InlineData("set x 1\nmap $x(1)", "2:5", "arrays")]
    [InlineData("map $::env", "1:5", "namespaces")]
    [InlineData("map {*}{a b}", "1:5", "{*}")]
    [InlineData("foreach x {1 {2}x} {map a}", "1:11", "list element in braces followed by \"x\"")]
    [InlineData("foreach x \"1 \\\"2\\\"x\" {map a}", "1:11", "list element in quotes followed by \"x\"")]
    [InlineData("foreach {} {1 2} {}", "1:9", "at least one name")]
    [InlineData("foreach x {1 2}", "1:1", "wrong number of words")]
    [InlineData("foreach x {1 2} $y", "1:17", "no such variable")]
    [InlineData("foreach x {1 2} abc", "1:17", "must stand in braces")]
    [InlineData("set x", "1:1", "wrong number of words")]
    [InlineData("  list a", "1:3", "list does nothing")]
    [InlineData("map [exec id]", "1:6", "only list may stand in brackets")]
    public void Error_NamesLineAndColumn(string script, string place, string message)
    {
        var (_, problems) = Evaluate(script);
        var problem = Assert.Single(problems);
        Assert.StartsWith($"burrow.conf:{place}: ", problem, StringComparison.Ordinal);
        Assert.Contains(message, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exec id")]
    [InlineData("open /etc/passwd")]
    [InlineData("socket localhost 22")]
    [InlineData("source other.conf")]
    [InlineData("file delete x")]
    [InlineData("cd /")]
    [InlineData("exit")]
    [InlineData("while 1 {}")]
    [InlineData("proc f {} {}")]
    [InlineData("expr 1+1")]
    [InlineData("eval map")]
    [InlineData("interp create")]
    public void EveryOtherCommand_IsRefusedAndTheKnownOnesAreListed(string script)
    {
        var (_, problems) = Evaluate(script);
        Assert.Contains("known: config, map, set, foreach", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("# a {\nmap b")]
    [InlineData("# a \\\n map c\nmap b")]
    [InlineData(";;\n\n  ; map b;")]
    [InlineData("map b ;# a comment")]
    [InlineData("map b\r\n")]
    public void CommentsAndSeparators_AreSkipped(string script)
    {
        var (words, problems) = Evaluate(script);
        Assert.Empty(problems);
        Assert.Equal(["map", "b"], Assert.Single(words));
    }

    [Fact]
    public void Foreach_WalksSeveralListsSideBySide()
    {
        var (words, problems) = Evaluate("foreach {a b} {1 2 3} c {x y} {map $a $b $c}");
        Assert.Empty(problems);
        Assert.Equal(["map 1 2 x", "map 3  y"], words.Select(word => string.Join(' ', word)));
    }

    [Fact]
    public void Foreach_Nests()
    {
        var (words, _) = Evaluate("set hosts [list h1 h2]\nforeach h $hosts { foreach p {22 80} { map ${h}:$p } }");
        Assert.Equal(["h1:22", "h1:80", "h2:22", "h2:80"], words.Select(word => word[1]));
    }

    [Fact]
    public void ErrorInABody_NamesItsPlaceInTheFileOnce()
    {
        var (_, problems) = Evaluate("foreach x {1 2 3} {\n  bogus $x\n}");
        Assert.StartsWith("burrow.conf:2:3: unknown command \"bogus\"", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void ErrorsOfSeveralCommands_AreAllReported()
    {
        var (_, problems) = Evaluate("exec a\nmap ok\nopen b\nmap $x");
        Assert.Equal(3, problems.Count);
    }

    [Fact]
    public void ProblemShowsTheLineAndAMarkUnderThePlace()
    {
        var (_, problems) = Evaluate("map a\n\tmap {b}c");
        Assert.Equal("burrow.conf:2:9: extra characters after close-brace: a blank belongs here\n  2 | \tmap {b}c\n    | \t       ^", Assert.Single(problems));
    }

    [Fact]
    public void ProblemNeverShowsASecret()
    {
        var (_, problems) = Evaluate("secret burrow1-abcdef234567");
        Assert.DoesNotContain("abcdef", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact, Trait("Promise", "R-BURROW-19")]
    public void ForeachOverHugeLists_IsCutOff()
    {
        var list = string.Join(' ', Enumerable.Range(0, 2000));
        var (_, problems) = Evaluate($"set l {{{list}}}\nforeach a $l {{ foreach b $l {{ foreach c $l {{ set x $c }} }} }}");
        Assert.Contains("too much work", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void ValueThatDoublesForEver_IsCutOff()
    {
        var list = string.Join(' ', Enumerable.Range(0, 100));
        var (_, problems) = Evaluate($"set x aaaaaaaaaaaaaaaa\nforeach i {{{list}}} {{ set x $x$x }}");
        Assert.Contains("too much work", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void DeepNesting_IsAnErrorAndNoStackOverflow()
    {
        Assert.Contains("nested deeper", Evaluate("map " + string.Concat(Enumerable.Repeat("[list ", 100_000))).Problems[0], StringComparison.Ordinal);
        Assert.Contains("nested deeper", Evaluate(string.Concat(Enumerable.Repeat("foreach a 1 {", 1000)) + new string('}', 1000)).Problems[0], StringComparison.Ordinal);
        Assert.Empty(Evaluate("map " + new string('{', 100_000) + new string('}', 100_000)).Problems);
    }

    [Fact]
    public void OverlongFile_IsRefused() =>
        Assert.Contains("longer than", Assert.Single(Evaluate(new string('#', Interpreter.MaxScript + 1)).Problems), StringComparison.Ordinal);

    [Fact]
    public void AnyCharacters_NeverThrow()
    {
        var random = new Random(20240607);
        const string Alphabet = "map foreach set list{}[]\"\\$;#\n \t()x:1\u00e9";
        for (var round = 0; round < 20_000; round++)
        {
            var script = new string([.. Enumerable.Range(0, random.Next(40)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            foreach (var problem in Evaluate(script).Problems) Assert.StartsWith("burrow.conf:", problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ListThatWasJoined_SplitsIntoTheSameElements()
    {
        var random = new Random(7);
        const string Alphabet = "ab {}[]\"\\$;#\n\t";
        for (var round = 0; round < 20_000; round++)
        {
            var elements = Enumerable.Range(0, random.Next(4)).Select(_ =>
                new string([.. Enumerable.Range(0, random.Next(6)).Select(_ => Alphabet[random.Next(Alphabet.Length)])])).ToList();
            var list = TclList.Join(elements);
            Assert.Equal(elements, TclList.Split(list, out _)?.Select(element => element.Text));
        }
    }

    static string Normal(string word) => TclList.Split(word, out _) is { } elements ? string.Join('|', elements.Select(element => element.Text)) : word;

    static (List<List<string>> Words, List<string> Problems) Evaluate(string script)
    {
        var problems = new ProblemList();
        var commands = new Interpreter(problems).Run(SourceText.File("burrow.conf", script));
        return ([.. commands.Select(command => command.Words.Select(word => word.Text).ToList())], [.. problems.Items.Select(problem => problem.ToString())]);
    }
}
