using EasyExplain.Networks;

namespace EasyExplain.Import.TorchScript;

// What a script computes with, beside null, bool, Size (its integers), double, string, List<object?>, object?[] (tuple), Dictionary<object,
// object?>.

/// <summary>A module, or another object of a class of the archive's code.</summary>
internal sealed class ScriptObject(string @class)
{
    /// <summary>Its class by its full name, such as <c>__torch__.torchvision.models.resnet.___torch_mangle_12.Bottleneck</c>.</summary>
    public string Class { get; } = @class;

    /// <summary>Its attributes in order: submodules, tensors, plain values.</summary>
    public Dictionary<string, object?> Attributes { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Where it is in the module tree, such as <c>layer4.1.conv2</c>: the first place, of several; empty for the root, null for what is no
    /// module.
    /// </summary>
    public string? Path { get; set; }

    /// <summary>The class without its module and the number that keeps it apart from others of its name.</summary>
    public string Type => Class[(Class.LastIndexOf('.') + 1)..];
}

/// <summary>
/// A tensor, which holds a value: that may depend on the picture, or be the same for all, or a single number (which may depend on the
/// batch's size). What is written into it in place replaces that for everyone who holds it.
/// </summary>
internal sealed class ScriptTensor
{
    private ScriptTensor? _base;
    private Func<ModelValue, ModelValue, ModelValue>? _put;
    private int _version, _baseVersion;
    private bool _isSpoiled;

    private ModelValue _content;

    public ScriptTensor(ModelValue content) => _content = content;

    /// <summary>What it holds.</summary>
    /// <exception cref="NotSupportedException">It was changed through another view of it.</exception>
    public ModelValue Content => IsKnown
        ? _content
        : throw new NotSupportedException("a tensor is read that was written to in place through another view of it");

    /// <summary>The output of the network that it is, or null.</summary>
    public Node? Node => (Content as PictureValue)?.Node;

    /// <summary>The same; null also where it was changed through another view of it.</summary>
    public Node? KnownNode => IsKnown ? Node : null;

    private bool IsKnown => !_isSpoiled && (_base is null || (_base._version == _baseVersion && _base.IsKnown));

    /// <summary>The single number that it is, as <see cref="Size"/> or double; else null.</summary>
    public object? Number => Content switch
    {
        SizesValue { Sizes: [var size] } => size,
        NumberValue { Number: var number } => number,
        _ => null,
    };

    /// <summary>One of a single number: a <see cref="Size"/>, a double or a bool.</summary>
    public static ScriptTensor FromNumber(object number) => new(number switch
    {
        Size size => new SizesValue([size], scalar: true),
        bool yes => new SizesValue([yes ? 1 : 0], scalar: true),
        _ => new NumberValue((double)number),
    });

    /// <summary>A view of this one: the same memory, seen in another way.</summary>
    /// <param name="content">What is seen.</param>
    /// <param name="put">
    /// What this one holds after something was written into the view, of what it held and what was written; null where that is not known.
    /// </param>
    public ScriptTensor View(ModelValue content, Func<ModelValue, ModelValue, ModelValue>? put = null) =>
        new(content) { _base = this, _baseVersion = _version, _put = put };

    /// <summary>Writes in place. Whoever reads the whole from then on sees the part that changed.</summary>
    public void Write(ModelValue content)
    {
        _ = Content;
        if (_base is not null && content is PictureValue && _put is null)
        {
            _base._isSpoiled = true;
            _base = null;
        }
        else if (_base is not null && content is PictureValue)
        {
            try
            {
                _base.Write(_put!(_base.Content, content));
                _baseVersion = _base._version;
            }
            catch (NotSupportedException)
            {
                Spoil();
                throw;
            }
        }
        _content = content;
        _version++;
    }

    /// <summary>Something was written into it that is not known: nobody may read it any more, nor what it is a view of.</summary>
    public void Spoil()
    {
        _isSpoiled = true;
        _base?.Spoil();
    }
}

/// <summary>The name of something that is called, such as <c>torch.conv2d</c> or <c>__torch__.torch.nn.functional.relu</c>.</summary>
internal sealed record ScriptName(string Name);
