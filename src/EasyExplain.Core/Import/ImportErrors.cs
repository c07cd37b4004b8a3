using System.Runtime.InteropServices;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Weights;
using Google.Protobuf;

namespace EasyExplain.Import;

/// <summary>What can go wrong with a file that holds a whole model, in words that name the file.</summary>
internal static class ImportErrors
{
    private const int MostShown = 20;
    private const int LongestMessage = 1500;

    /// <summary>Whatever is wrong with what the file says becomes one kind of error, with the file's name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What of it is followed, such as <c>code</c>.</param>
    /// <param name="read">Reads it.</param>
    /// <exception cref="WeightFileException">It cannot be read.</exception>
    public static T Explain<T>(string path, string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (EndOfStreamException e)
        {
            throw new WeightFileException(path, "The file ends in the middle of its data; it may have been cut off.", e);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new WeightFileException(path, "It is no ONNX model, or is cut off in the middle of its data.", e);
        }
        catch (Exception e) when (e is InvalidDataException or InputChannelsException)
        {
            throw new WeightFileException(path, Printable(e.Message), e);
        }
        catch (InsufficientExecutionStackException e)
        {
            throw new WeightFileException(path, $"The {what} is nested too deeply.", e);
        }
        catch (Exception e) when (e is ExternalException or NotSupportedException or ArgumentException or ArithmeticException
            or InvalidCastException
            or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw new WeightFileException(path, $"The model's {what} cannot be followed: {Printable(e.Message.Split('\n')[0])}", e);
        }
    }

    /// <summary>The error that names all operators that are missing, with the layers they are in.</summary>
    public static ModelImportException Missing(string path, IReadOnlyList<(string Operator, string Layer)> missing)
    {
        string[] all = [.. missing.GroupBy(one => one.Operator)
            .Select(group => $"{group.Key} in {Places([.. group.Select(one => one.Layer).Distinct()])}")];
        string shown = string.Join("; ", all.Take(MostShown)) + (all.Length > MostShown ? $" and {all.Length - MostShown} more" : "");
        return new ModelImportException(
            ModelFault.UnsupportedOperator, $"'{path}' needs operators that are not known here: {Printable(shown)}.");
    }

    /// <summary>A sentence about the end of a model, for -Verbose; begins with a space, if there is anything to say.</summary>
    public static string LeftOut(Activation? activation) => activation switch
    {
        Activation.Softmax => " The softmax at its end is left out: classes are explained by their scores before it.",
        Activation.Sigmoid => " It ends in sigmoids, so each class is there or not by itself; they are left out: classes are explained " +
            "by their scores before them.",
        _ => "",
    };

    /// <summary>A message may quote names from the file, which can be long and full of control characters.</summary>
    public static string Printable(string message) =>
        string.Concat(message.Take(LongestMessage).Select(c => char.IsControl(c) ? '?' : c)) + (message.Length > LongestMessage ? "…" : "");

    private static string Places(string[] layers) =>
        string.Join(", ", layers.Take(3).Select(layer => layer.Length == 0 ? "the model itself" : $"'{layer}'"))
            + (layers.Length > 3 ? $" and {layers.Length - 3} more" : "");
}
