namespace EasyExplain.Reports;

/// <summary>Why a report cannot be made as it was asked for.</summary>
internal enum ReportFault
{
    /// <summary>No relative path leads from the report to the images.</summary>
    RelativeImpossible,
}

/// <summary>A report cannot be made as it was asked for.</summary>
/// <param name="fault">Why.</param>
/// <param name="message">The same in words.</param>
internal sealed class ReportException(ReportFault fault, string message) : Exception(message)
{
    /// <summary>Why.</summary>
    public ReportFault Fault { get; } = fault;
}
