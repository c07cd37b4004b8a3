#pragma warning disable
using System.Text.Json;
using EasyExplain.Models.TorchScript;
using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;
namespace EasyExplain.Tests.Models.TorchScript;
public class LocalZoo(Xunit.Abstractions.ITestOutputHelper o)
{
    [Fact]
    public void All()
    {
        string only = Environment.GetEnvironmentVariable("TV") ?? "";
        bool deep = Environment.GetEnvironmentVariable("DEEP") == "1";
        string log = "/tmp/tv/result.txt"; File.WriteAllText(log, "");
        void P(string s) { File.AppendAllText(log, s + "\n"); }
        foreach (string json in Directory.GetFiles("/tmp/tv", "*.json").Order())
        {
            string name = Path.GetFileNameWithoutExtension(json);
            if (only != "" && !only.Split(',').Contains(name)) continue;
            var doc = JsonDocument.Parse(File.ReadAllText(json)).RootElement;
            long size = doc.GetProperty("size").GetInt64(), classes = doc.GetProperty("classes").GetInt64();
            foreach (string form in new[] { "traced", "scripted" })
            {
                try
                {
                    var t0 = System.Diagnostics.Stopwatch.StartNew();
                    using var file = TorchScriptFile.Open($"/tmp/tv/{name}_{form}.pt");
                    string said = "";
                    using Network n = file.ToNetwork(size, size, s => said = s);
                    double ms = t0.Elapsed.TotalMilliseconds;
                    using var scope = NewDisposeScope();
                    float[] F(string p) { var b = File.ReadAllBytes(p); var f = new float[b.Length / 4]; Buffer.BlockCopy(b, 0, f, 0, b.Length); return f; }
                    Tensor x = tensor(F($"/tmp/tv/{name}.x"), [2, 3, size, size]), y = tensor(F($"/tmp/tv/{name}.y"), [2, classes]);
                    Tensor z = Executor.Run(n, x, [], false).Logits;
                    double d = (z - y).abs().max().ToDouble() / Math.Max(1, y.abs().max().ToDouble());
                    var have = n.Layers.Select(l => l.Name).ToHashSet();
                    var missing = doc.GetProperty("called").EnumerateArray().Select(e => e.GetString()!).Where(c => !have.Contains(c)).ToList();
                    string types = "";
                    foreach (var e in doc.GetProperty("layers").EnumerateArray()) { var l = n.Find(e[0].GetString()!); if (l != null && l.Type != e[1].GetString()) types += $" {l.Name}:{l.Type}!={e[1]}"; }
                    P($"{(d < 1e-4 ? "ok  " : "DIFF")} {name} {form} {d:e1} import {ms:0} ms, {said} missing {missing.Count}: {string.Join(" ", missing.Take(6))}{(types.Length > 200 ? types[..200] : types)}");
                }
                catch (Exception e) { P($"FAIL {name} {form}: {(deep ? e.ToString() : e.GetType().Name + " " + e.Message)}"); }
            }
        }
    }
}
