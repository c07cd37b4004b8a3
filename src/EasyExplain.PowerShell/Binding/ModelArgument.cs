using System.Management.Automation;
using EasyExplain.Models;

namespace EasyExplain.PowerShell.Binding;

/// <summary>
/// A model as a user writes it: one of Import-CamModel, or the path of a model file, imported as Import-CamModel does with nothing else
/// said.
/// </summary>
public sealed class ModelArgument
{
    private readonly string? _path;
    private CamModel? _model;

    /// <summary>A model of Import-CamModel.</summary>
    public ModelArgument(CamModel model) => _model = model;

    /// <summary>A model file.</summary>
    public ModelArgument(string path) => _path = path;

    /// <summary>A model file of Get-ChildItem.</summary>
    public ModelArgument(FileInfo file)
    {
        ArgumentNullException.ThrowIfNull(file);
        _path = file.FullName;
    }

    /// <inheritdoc/>
    public override string ToString() => _path ?? $"{_model}";

    /// <summary>The model; a file is imported at the first question, and what is wrong with it ends the command.</summary>
    internal CamModel Open(PSCmdlet cmdlet) => _model ??= cmdlet.OrFatal(_path, () =>
        ModelImporter.Import(FilePaths.Single(cmdlet, _path!), new ModelOptions(), cmdlet.WriteVerbose));

    /// <summary>Gives the memory of a model back that was imported here; one of Import-CamModel stays the user's.</summary>
    internal void DisposeOwn()
    {
        if (_path is not null)
        {
            _model?.Dispose();
        }
    }
}

/// <summary>
/// Takes models, layers (which have their model) and paths for a <see cref="ModelArgument"/>: for a parameter with a position, where
/// PowerShell asks which fits before it converts anything.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ModelOrPathAttribute : ArgumentTransformationAttribute
{
    /// <summary>
    /// Whether a file in this parameter's place may be a picture: PowerShell takes it for a model file only where nothing else fits then.
    /// </summary>
    public bool SharesPlace { get; set; }

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => inputData switch
    {
        PSObject { BaseObject: not PSCustomObject } wrapped => Transform(engineIntrinsics, wrapped.BaseObject),
        ICamSource source => new ModelArgument(source.Source),
        string { Length: > 0 } path => new ModelArgument(path),
        FileInfo file when !SharesPlace => new ModelArgument(file),
        object[] { Length: 1 } single => Transform(engineIntrinsics, single[0]),
        _ => inputData, // which PowerShell says what is wrong with
    };
}
