namespace EasyExplain.Import;

/// <summary>A number that a call may give.</summary>
/// <param name="Onnx">The attribute's name in ONNX; null where that has none.</param>
/// <param name="Otherwise">What it is where it is not given.</param>
/// <param name="At">The argument's position in ATen, counted from 0; null where that has none.</param>
/// <param name="Aten">The argument's name in ATen.</param>
internal readonly record struct Setting(string? Onnx, double Otherwise, int? At = null, string Aten = "");

/// <summary>A call in either dialect.</summary>
internal interface ICall
{
    /// <summary>A number.</summary>
    double Real(Setting setting);

    /// <summary>A text, which has the same name in both.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="at">Its position in ATen.</param>
    /// <param name="otherwise">What it is where it is not given.</param>
    string Text(string name, int at, string otherwise);
}
