using EasyExplain.Import;
using EasyExplain.Import.Onnx;
using EasyExplain.Import.TorchScript;
using EasyExplain.Networks;

namespace EasyExplain.Tests.Import;

/// <summary>Shorter ways to the network of a file with one output, of which nobody says more.</summary>
internal static class Followed
{
    public static Network ToNetwork(this OnnxFile file, long height, long width, Action<string> explain) =>
        file.ToNetwork(3, height, width, Only, explain).Network;

    public static Network ToNetwork(this TorchScriptFile file, long height, long width, Action<string> explain) =>
        file.ToNetwork(3, height, width, Only, explain).Network;

    public static Network Build(this NetworkRecorder recorder, Node result) =>
        recorder.Build(Head.ClassesOf(recorder, result) is null ? new Head(result, null) : Head.Find(recorder, result));

    private static OutputChoice Only => new("the file", null, _ => false, _ => { });
}
