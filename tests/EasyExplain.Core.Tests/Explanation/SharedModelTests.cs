using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Tests.Explanation;

/// <summary>Several threads explain with one model.</summary>
[Collection(Alone.Name)]
public sealed class SharedModelTests
{
    private const int Threads = 4;
    private static readonly Photo Cat = ImageDecoder.Decode(Repository.Photo("cat.jpg"));

    [Fact]
    public async Task ManyThreads_GetWhatOneGets_ToTheLastBit_WhileModelsComeAndGo()
    {
        using CamModel model = Import();
        float[][] alone = Explain(model);
        using var done = new CancellationTokenSource();
        Task others = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                using CamModel other = Import();
                Explain(other);
            }
        });
        float[][][] together = await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            float[][] last = [];
            for (int round = 0; round < 5; round++)
            {
                last = Explain(model);
            }
            return last;
        })));
        await done.CancelAsync();
        await others;
        Assert.All(together, maps => Assert.Equal(alone, maps));
    }

    [Fact]
    public async Task AModelDisposedByAnotherThread_LastsUntilThePicturesInWorkAreDone()
    {
        for (int round = 0; round < 10; round++)
        {
            CamModel model = Import();
            float[][] right = Explain(model);
            using var started = new CountdownEvent(Threads);
            Task<int>[] explaining = [.. Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
            {
                int explained = 0;
                started.Signal();
                try
                {
                    while (true)
                    {
                        Assert.Equal(right, Explain(model));
                        explained++;
                    }
                }
                catch (ObjectDisposedException)
                {
                    return explained;
                }
            }))];
            started.Wait();
            model.Dispose();
            await Task.WhenAll(explaining); // anything but a clear refusal, a crash above all, fails
            Assert.Throws<InvalidOperationException>(() => model.Network.Parameters.First().Value); // and the memory is given back
        }
    }

    private static CamModel Import() => ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });

    private static float[][] Explain(CamModel model)
    {
        var explainer = new Explainer(model, [.. model.Layers.Where(layer => layer.Name is "layer2" or "layer3")],
            [.. MethodCatalog.All.Where(method => method.Name is "LayerCAM" or "SmoothGradCAMPlusPlus")], ClassChoice.Predicted,
            new MethodSettings(4, 0.3, 7, 4));
        return [.. explainer.Explain(Cat, null).Select(explanation => explanation.Map.ToArray().Cast<float>().ToArray())];
    }
}
