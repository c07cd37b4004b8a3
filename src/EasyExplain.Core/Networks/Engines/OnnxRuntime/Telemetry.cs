using EasyExplain.Runtime;
using Microsoft.ML.OnnxRuntime;

namespace EasyExplain.Networks.Engines.OnnxRuntime;

/// <summary>Keeps ONNX Runtime from telling Microsoft what it is used for.</summary>
/// <remarks>
/// Its builds for Linux and macOS do so since 1.29 (github.com/microsoft/onnxruntime/pull/27379): a database in the user's cache stays
/// open, and names and hashes of models are sent. No one who explains a picture expects that.
/// </remarks>
internal static class Telemetry
{
    /// <summary>ONNX Runtime's name for the choice, read when the first session is made, but not on Windows.</summary>
    internal const string Variable = "ORT_DISABLE_TELEMETRY";

    /// <summary>Switches it off, before ONNX Runtime is used for anything else; whoever has set the variable has chosen.</summary>
    public static void SwitchOff()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { } chosen)
        {
            NativeEnvironment.Put(Variable, chosen); // in PowerShell $env: alone would not reach it
            return;
        }
        NativeEnvironment.Put(Variable, "1");
        OrtEnv.Instance().DisableTelemetryEvents();
    }
}
