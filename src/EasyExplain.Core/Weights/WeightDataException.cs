using EasyExplain.Runtime;

namespace EasyExplain.Weights;

/// <summary>
/// Data that is no weights, or that could be several, inside a file; outside it gets the file's name (<see cref="WeightFileException"/>).
/// </summary>
/// <param name="message">What it is.</param>
internal sealed class WeightDataException(string message) : UserFaultException(message);
