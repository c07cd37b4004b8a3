using System.Runtime.CompilerServices;
using EasyExplain.Runtime;

namespace EasyExplain.Tests;

/// <summary>Tests may make a tensor before they touch anything of EasyExplain's: libtorch is found all the same.</summary>
internal static class Natives
{
    [ModuleInitializer]
    internal static void Register() => NativeLibraries.Register();
}
