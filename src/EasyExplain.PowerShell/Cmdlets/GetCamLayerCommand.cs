using System.Management.Automation;
using EasyExplain.Models;
using EasyExplain.PowerShell.Binding;

namespace EasyExplain.PowerShell.Cmdlets;

/// <summary>Lists the layers of a model that can be explained.</summary>
/// <remarks>
/// <para>Layers have torchvision's names: layer4 is the last stage of a ResNet, layer4.1.conv2 a convolution in it, features.29 a ReLU of
/// a VGG. They are listed in the order in which the network runs, each stage or block before what it contains.</para>
/// <para>Early layers are large and see edges and textures; late ones are small and see whole objects. The default layer, marked with a
/// star, is the last one whose output still has height and width and goes on into the classes: in a ViT the last block's ln_1, since after
/// that block's attention only the class token counts.</para>
/// <para>A layer knows its model, so layers can be piped to Invoke-CamExplanation; all layers of one pipeline go into one
/// explanation.</para>
/// </remarks>
/// <example>
/// <title>The stages of a ResNet</title>
/// <code>Import-CamModel | Get-CamLayer layer?</code>
/// <para>The wildcard fits layer1, layer2 and layer3, but not what is inside them.</para>
/// </example>
/// <example>
/// <title>All convolutions with more than 32 channels</title>
/// <code>Import-CamModel | Get-CamLayer -Type Conv2d | Where-Object { $_.OutputShape[1] -gt 32 }</code>
/// <para>Layers are objects: OutputShape is batch, channels, height and width; of a ViT's layer batch, tokens and
/// channels, of a Swin's batch, height, width and channels, as PyTorch has them.</para>
/// </example>
/// <example>
/// <title>The layers as a tree</title>
/// <code>Import-CamModel | Get-CamLayer layer3* -Tree</code>
/// <para>The same layers, shown with their names indented.</para>
/// </example>
/// <seealso cref="ImportCamModelCommand"/>
/// <seealso cref="InvokeCamExplanationCommand"/>
[Cmdlet(VerbsCommon.Get, "CamLayer", DefaultParameterSetName = FromPipeline)]
[OutputType(typeof(CamLayer))]
public sealed class GetCamLayerCommand : PSCmdlet
{
    private const string FromPipeline = "Pipeline";
    private const string FromArgument = "Argument";

    /// <summary>A model from Import-CamModel, or the path of a model file, which is imported; it lives as long as its layers.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = FromPipeline)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = FromArgument)]
    [ModelOrPath]
    public ModelArgument Model { get; set; } = null!;

    /// <summary>Names of layers, with wildcards. Tab completes those of the model.</summary>
    /// <value>*</value>
    [Parameter(Position = 0, ParameterSetName = FromPipeline)]
    [Parameter(Position = 1, ParameterSetName = FromArgument)]
    [ArgumentCompleter(typeof(LayerCompleter))]
    [SupportsWildcards]
    public string[] Name { get; set; } = ["*"];

    /// <summary>torchvision's classes, such as Conv2d, ReLU or BasicBlock, with wildcards. Tab completes those of the model.</summary>
    /// <value>*</value>
    [Parameter]
    [ArgumentCompleter(typeof(LayerTypeCompleter))]
    [SupportsWildcards]
    public string[] Type { get; set; } = ["*"];

    /// <summary>Shows the names indented, each layer under the one that contains it. The objects in the pipeline are the same.</summary>
    [Parameter]
    public SwitchParameter Tree { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        CamModel model = Model.Open(this);
        WildcardPattern[] types = [.. Type.Select(type => new WildcardPattern(type, WildcardOptions.IgnoreCase))];
        foreach (string name in Name)
        {
            var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
            CamLayer[] named = [.. model.Layers.Where(layer => pattern.IsMatch(layer.Name))];
            if (named.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteError(new ErrorRecord(LayerSelection.Unknown(model, name), "LayerNotFound", ErrorCategory.ObjectNotFound, name));
            }
            foreach (CamLayer layer in named.Where(layer => types.Any(type => type.IsMatch(layer.Type))))
            {
                WriteObject(Tree ? ShownAsTree(layer) : layer);
            }
        }
    }

    private static PSObject ShownAsTree(CamLayer layer)
    {
        var shown = PSObject.AsPSObject(layer.Copy());
        shown.TypeNames.Insert(0, typeof(CamLayer).FullName + "#Tree"); // chooses a view in EasyExplain.Format.ps1xml
        return shown;
    }
}
