using System.Reflection;
using System.Reflection.Emit;

namespace EasyExplain.PowerShell.Tests;

/// <summary>Other modules brought the same packages in other versions, and were there first. Each test has processes of its own.</summary>
public sealed class NeighbourTests : IDisposable
{
    private const string Explain = """
        param([string] $Manifest, [string] $Photo, [string] $Onnx)
        Import-Module ([WildcardPattern]::Escape($Manifest)) -ErrorAction Stop
        foreach ($model in (Import-CamModel), (Import-CamModel $Onnx)) {
            $said = ''
            $explanation = Invoke-CamExplanation -LiteralPath $Photo -Model $model -Method GradCAM -Verbose 4>&1 | Where-Object {
                if ($_ -isnot [Management.Automation.VerboseRecord]) { return $true }
                $said += "$_`n" # which engine runs what
            }
            $file = $explanation | Export-CamOverlay -Destination . -PassThru
            $said
            $hash = [Security.Cryptography.SHA256]::HashData([IO.File]::ReadAllBytes($file.FullName))
            '{0} {1:R} {2}' -f $explanation.Label, $explanation.Probability, [Convert]::ToHexString($hash)
        }
        """;

    private static readonly string Manifest = Path.Combine(Repository.Root, "EasyExplain.psd1");

    private static readonly Lazy<string> Alone = new(() =>
    {
        using var test = new NeighbourTests();
        string output = test.Run("");
        Assert.Contains("resnet20-cifar10 (resnet20) runs in ONNX Runtime.\n", output, StringComparison.Ordinal);
        return output;
    });

    /// <summary>A public type of each neighbour, for scripts to name.</summary>
    private static readonly Dictionary<string, string> Types = new()
    {
        ["Google.Protobuf"] = "Google.Protobuf.ByteString",
        ["ICSharpCode.SharpZipLib"] = "ICSharpCode.SharpZipLib.Zip.ZipFile",
        ["Microsoft.ML.OnnxRuntime"] = "Microsoft.ML.OnnxRuntime.SessionOptions",
        ["SkiaSharp"] = "SkiaSharp.SKBitmap",
        ["System.Numerics.Tensors"] = "System.Numerics.Tensors.TensorPrimitives",
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("neighbours [1] ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void MapsAreThoseOfASessionOfOurOwn_AndTheNeighboursTypesStayTheirs()
    {
        string output = Run(
            string.Concat(Types.Keys.Select(name => Load(Neighbour(name)))),
            string.Concat(Types.Values.Select(type => $"\n[{type}].Assembly.Location")));

        Assert.Equal(Alone.Value + string.Concat(Types.Keys.Select(name => Neighbour(name) + "\n")), output);
    }

    [LinuxFact] // the neighbour's native is there for one platform
    public void AnOlderSkiaSharp_KeepsItsOwnNative()
    {
        const string use = "\n[SkiaSharp.SKBitmap]::new(2, 3).Height\n";

        string output = Run(Load(Neighbour("SkiaSharp")) + use, use);

        Assert.Equal("3\n" + Alone.Value + "3\n", output);
    }

    [Fact]
    public void AnOlderSkiaSharp_WithoutItsNative_IsNotGivenOurs()
    {
        string lonely = Path.Combine(_folder, "SkiaSharp.dll");
        File.Copy(Neighbour("SkiaSharp"), lonely);

        string output = Run(
            Load(lonely), "\ntry { [SkiaSharp.SKBitmap]::new(2, 3).Height } catch { $_.Exception.GetBaseException().GetType().Name }");

        Assert.Equal(Alone.Value + "DllNotFoundException\n", output);
    }

    [Fact]
    public void AnotherTorchSharp_IsAnErrorThatNamesBoth()
    {
        string other = Decoy("TorchSharp", new Version(0, 99, 0, 0));

        ChildProcess run = RunScript($$"""
            {{Load(other)}}
            try { Import-Module ([WildcardPattern]::Escape({{Quoted(Manifest)}})) -ErrorAction Stop } catch { "$_" }
            """);

        string ours = Path.Combine(Repository.Root, "bin", "TorchSharp.dll");
        Assert.Equal(
            $"EasyExplain needs TorchSharp 0.107.0.0 ('{ours}'), but this session has loaded TorchSharp 0.99.0.0 ('{other}'), " +
            "and can hold only one. Start a new session and import EasyExplain first.\n",
            run.Output);
    }

    [Fact]
    public void AnotherImageSharp_IsNotAskedForTiffs()
    {
        ChildProcess run = RunScript($$"""
            {{Load(Decoy("SixLabors.ImageSharp", new Version(1, 0, 0, 0)))}}
            Import-Module ([WildcardPattern]::Escape({{Quoted(Manifest)}})) -ErrorAction Stop
            (Invoke-CamExplanation -LiteralPath {{Quoted(Repository.Data("formats", "gray.tif"))}} -Model (Import-CamModel)).ImageSize -join ' '
            """);

        Assert.Equal(("19 29\n", ""), (run.Output, run.Error));
    }

    /// <summary>An assembly of that name with nothing in it.</summary>
    private string Decoy(string name, Version version)
    {
        string file = Path.Combine(_folder, name + ".dll");
        var decoy = new PersistedAssemblyBuilder(new AssemblyName(name) { Version = version }, typeof(object).Assembly);
        decoy.DefineDynamicModule(name);
        decoy.Save(file);
        return file;
    }

    private static string Neighbour(string name) => Path.Combine(AppContext.BaseDirectory, "neighbours", name + ".dll");

    private static string Load(string assembly) => $"$null = [Reflection.Assembly]::LoadFrom({Quoted(assembly)})\n";

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>What a full run writes: the engines used, labels, probabilities and overlays.</summary>
    private string Run(string before, string after = "")
    {
        string[] arguments = [Manifest, Repository.Photo("cat.jpg"), Repository.Data("onnx", "resnet_13.onnx")];
        ChildProcess run = RunScript($"{before}& {{ {Explain} }} {string.Join(' ', arguments.Select(Quoted))}{after}");
        Assert.Equal("", run.Error);
        return run.Output;
    }

    private ChildProcess RunScript(string script)
    {
        string file = Path.Combine(_folder, "script.ps1");
        File.WriteAllText(file, $"Set-Location -LiteralPath {Quoted(_folder)}\n{script}");
        // Not the host, which has the module imported from the start. A tool's manifest is found from where it is called.
        return ChildProcess.Run("dotnet", ["tool", "run", "pwsh", "--", "-NoProfile", "-NonInteractive", "-File", file], Repository.Root);
    }
}
