# Whose each file of bin/ is, and where its licence's own words lie. New-ModulePackage.ps1 copies them to licenses/<part>/ of a package, and
# stops at a file that no part covers.
#
#   Files  what is the part's in bin/ (wildcards); EasyExplain.Core.dll where the part is inside of it
#   Texts  nuget:<package>/<file> where the package brings them, else files of build/licenses
@{
    # Its LICENSE lies in the package's root.
    'EasyExplain'             = @{ Files = 'EasyExplain.*', 'models/*'; Texts = @() }
    'TorchSharp'              = @{ Files = 'TorchSharp.dll', 'runtimes/*LibTorchSharp.*'; Texts = 'nuget:TorchSharp/LICENSE.txt' }
    'libtorch'                = @{
        Files = 'runtimes/*/libtorch.*', 'runtimes/*/libtorch_cpu.*', 'runtimes/*/libc10.*',
                'runtimes/*/torch.dll', 'runtimes/*/torch_cpu.dll', 'runtimes/*/c10.dll'
        Texts = 'nuget:libtorch-cpu/LICENSE-LIBTORCH.txt'
    }
    # Linked into libtorch.
    'oneMKL'                  = @{
        Files = 'runtimes/linux-x64/*/libtorch_cpu.so', 'runtimes/win-x64/*/torch_cpu.dll'
        Texts = 'Intel-Simplified-2022-10.txt'
    }
    'libgomp'                 = @{ Files = 'runtimes/*/libgomp-*'; Texts = 'GPL-3.0.txt', 'GCC-exception-3.1.txt' }
    'libiomp5'                = @{
        Files = 'runtimes/*/libiomp5md.dll'
        Texts = 'Intel-Simplified-2022-10.txt', 'Apache-2.0.txt', 'LLVM-exception.txt'
    }
    'libomp'                  = @{ Files = 'runtimes/*/libomp.dylib'; Texts = 'Apache-2.0.txt', 'LLVM-exception.txt' }
    'libuv'                   = @{ Files = 'runtimes/*/uv.dll'; Texts = 'libuv.txt' }
    'ONNX Runtime'            = @{
        Files = 'Microsoft.ML.OnnxRuntime.dll', '*onnxruntime.*', '*onnxruntime_providers_shared.*'
        Texts = 'nuget:Microsoft.ML.OnnxRuntime/LICENSE', 'nuget:Microsoft.ML.OnnxRuntime/ThirdPartyNotices.txt'
    }
    # Its notices are the same in the packages for all systems; Skia's own licence is in them.
    'SkiaSharp'               = @{
        Files = 'SkiaSharp.dll', 'libSkiaSharp.*'
        Texts = 'nuget:SkiaSharp/LICENSE.txt', 'nuget:SkiaSharp.NativeAssets.Linux.NoDependencies/THIRD-PARTY-NOTICES.txt'
    }
    'ImageSharp'              = @{ Files = 'SixLabors.ImageSharp.dll'; Texts = 'Apache-2.0.txt', 'ImageSharp-notices.txt' }
    'System.Numerics.Tensors' = @{
        Files = 'System.Numerics.Tensors.dll'
        Texts = 'nuget:System.Numerics.Tensors/LICENSE.TXT', 'nuget:System.Numerics.Tensors/THIRD-PARTY-NOTICES.TXT'
    }
    'Microsoft.Data.Sqlite'   = @{ Files = 'Microsoft.Data.Sqlite.dll'; Texts = 'Microsoft.Data.Sqlite.txt' }
    'SQLitePCLRaw'            = @{ Files = 'SQLitePCLRaw.*'; Texts = 'Apache-2.0.txt' }
    'SQLite'                  = @{ Files = '*e_sqlite3.so', '*e_sqlite3.dylib', 'e_sqlite3.dll'; Texts = 'SQLite.txt' }
    # Of the same repository as System.Numerics.Tensors, whose package has the licence.
    'System.IO.Hashing'       = @{
        Files = 'System.IO.Hashing.dll'
        Texts = 'nuget:System.Numerics.Tensors/LICENSE.TXT', 'nuget:System.IO.Hashing/THIRD-PARTY-NOTICES.TXT'
    }
    'MathNet.Numerics'        = @{ Files = 'MathNet.Numerics.dll'; Texts = 'MathNet.Numerics.txt' }
    'SharpZipLib'             = @{ Files = 'ICSharpCode.SharpZipLib.dll'; Texts = 'SharpZipLib.txt' }
    'Google.Protobuf'         = @{ Files = 'Google.Protobuf.dll'; Texts = 'Google.Protobuf.txt' }
    'Parquet.Net'             = @{ Files = 'Parquet.dll'; Texts = 'Parquet.Net.txt' }
    # Parquet.Net calls these.
    'Community Toolkit'       = @{
        Files = 'CommunityToolkit.HighPerformance.dll'
        Texts = 'nuget:CommunityToolkit.HighPerformance/License.md', 'nuget:CommunityToolkit.HighPerformance/ThirdPartyNotices.txt'
    }
    'K4os.Compression.LZ4'    = @{ Files = 'K4os.Compression.LZ4.dll'; Texts = 'K4os.Compression.LZ4.txt' }
    'RecyclableMemoryStream'  = @{ Files = 'Microsoft.IO.RecyclableMemoryStream.dll'; Texts = 'RecyclableMemoryStream.txt' }
    'Snappier'                = @{ Files = 'Snappier.dll'; Texts = 'Snappier.txt' }
    'ZstdSharp'               = @{ Files = 'ZstdSharp.dll'; Texts = 'ZstdSharp.txt' }
    'Handlebars.Net'          = @{ Files = 'Handlebars.dll'; Texts = 'Handlebars.Net.txt' }
    # What a report's page runs is inside of the engine, and in each report; build/WebPackages.targets fetched it.
    'Preact'                  = @{ Files = 'EasyExplain.Core.dll'; Texts = '../../src/EasyExplain.Core/obj/web/preact/LICENSE' }
    'htm'                     = @{ Files = 'EasyExplain.Core.dll'; Texts = '../../src/EasyExplain.Core/obj/web/htm/LICENSE' }
    'DejaVu Sans'             = @{ Files = 'EasyExplain.Core.dll'; Texts = '../../src/EasyExplain.Core/Imaging/Resources/DejaVuSans.LICENSE.txt' }
    'matplotlib'              = @{ Files = 'EasyExplain.Core.dll'; Texts = 'matplotlib.txt', 'CC0-1.0.txt' }
    'turbo'                   = @{ Files = 'EasyExplain.Core.dll'; Texts = 'Apache-2.0.txt' }
    'torchvision'             = @{ Files = 'EasyExplain.Core.dll'; Texts = 'torchvision.txt' }
}
