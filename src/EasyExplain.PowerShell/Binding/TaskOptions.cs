using EasyExplain.Models;

namespace EasyExplain.PowerShell.Binding;

/// <summary>Options that are for models of one task.</summary>
internal static class TaskOptions
{
    private static readonly (string Option, CamTask Task)[] All =
    [
        ("Detection", CamTask.Detect),
        ("MinProbability", CamTask.Detect),
        ("OverlapThreshold", CamTask.Detect),
        ("BoxSide", CamTask.Detect),
        ("Region", CamTask.Segment),
    ];

    /// <summary>Says so where one was given that is not for a model.</summary>
    /// <exception cref="SelectionException">One was.</exception>
    public static void Demand(CamModel model, IReadOnlyDictionary<string, object> given)
    {
        if (All.FirstOrDefault(one => given.ContainsKey(one.Option) && one.Task != model.Task) is { Option: { } option, Task: var task })
        {
            string use = task == CamTask.Detect ? "detectors" : "segmenters";
            throw new SelectionException(SelectionFault.NotForTask, given[option],
                $"-{option} is for {use} (the task {task}), and {model} is none: its task is {model.Task}, {Meaning(model.Task)}. Leave " +
                $"-{option} out.");
        }
    }

    private static string Meaning(CamTask task) => task switch
    {
        CamTask.Detect => "to find things in boxes",
        CamTask.Segment => "to tell the class of each place",
        _ => "to tell of which class a picture is",
    };
}
