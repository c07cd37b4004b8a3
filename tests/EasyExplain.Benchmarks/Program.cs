using System.Diagnostics;
using System.Runtime.InteropServices;
using EasyExplain.Models;
using EasyExplain.Models.Architectures;

string path = args[0];
double[] import = new double[15], read = new double[15], build = new double[15], rec = new double[15], load=new double[15];
for (int i = 0; i < 15; i++)
{
    import[i] = Time(() => ModelImporter.Import(path, new ModelOptions(), _ => { }).Dispose());
    read[i] = Time(() => Plain(path));
    build[i] = Time(() => Catalog.Find("resnet50").Build(1000).Dispose());
    rec[i] = Time(() => { foreach (var a in Catalog.All) a.Build(1000).Dispose(); });
    load[i] = Time(() => { using var f = EasyExplain.Weights.WeightFile.Open(path); });
}
Console.WriteLine($"import {Med(import):f1} (first {import[0]:f1}) read {Med(read):f1} build {Med(build):f2} (first {build[0]:f1}) all {Catalog.All.Count} builds {Med(rec):f1} first {rec[0]:f1}; open {Med(load):f1}");

static double Med(double[] v) { var s = v.Order().ToArray(); return s[s.Length / 2]; }
static double Time(Action a) { long t = Stopwatch.GetTimestamp(); a(); return Stopwatch.GetElapsedTime(t).TotalMilliseconds; }
static unsafe void Plain(string path)
{
    using var h = File.OpenHandle(path);
    long n = RandomAccess.GetLength(h);
    void* p = NativeMemory.Alloc((nuint)n);
    long at = 0;
    while (at < n) at += RandomAccess.Read(h, new Span<byte>((byte*)p + at, (int)(n - at)), at);
    NativeMemory.Free(p);
}
