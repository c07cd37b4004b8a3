using System.Globalization;
using EasyExplain.Models;

namespace EasyExplain.Audit.Shards;

/// <summary>Which of its job's tasks this process is, as the scheduler says it: Slurm's arrays, Kubernetes' Indexed Jobs.</summary>
/// <remarks>
/// Slurm: <c>SLURM_ARRAY_TASK_ID</c>, <c>_MIN</c>, <c>_MAX</c>, <c>_STEP</c>, <c>_COUNT</c>. Kubernetes sets
/// <c>JOB_COMPLETION_INDEX</c>, from 0; <c>JOB_COMPLETIONS</c> is set by the job's manifest. Where two shards are possible, none is
/// taken: a wrong one would leave images out, and nobody would see it.
/// </remarks>
internal static class SchedulerTask
{
    private const string SlurmId = "SLURM_ARRAY_TASK_ID";
    private const string Slurm = "SLURM_ARRAY_TASK_";
    private const string Index = "JOB_COMPLETION_INDEX";
    private const string Completions = "JOB_COMPLETIONS";

    /// <summary>The shard of this task.</summary>
    /// <param name="asked">What the user wrote, for messages.</param>
    /// <param name="count">How many shards there are; null to take it from the scheduler.</param>
    /// <param name="variable">The value of an environment variable; null or empty where it is not set.</param>
    /// <exception cref="SelectionException">The scheduler says too little, or what it says does not fit.</exception>
    public static CamShard Shard(string asked, int? count, Func<string, string?> variable)
    {
        bool slurm = IsSet(SlurmId), kubernetes = IsSet(Index);
        if (slurm && kubernetes)
        {
            throw Fault($"{SlurmId} ({variable(SlurmId)}) and {Index} ({variable(Index)}) are both set, and only one can be meant. Unset " +
                "the other, or write the shard, such as 17/128");
        }
        if (!slurm && !kubernetes)
        {
            string slurmJob = IsSet("SLURM_JOB_ID") ? $" This is job {variable("SLURM_JOB_ID")} of Slurm, but no array." : "";
            throw Fault($"Neither {SlurmId} nor {Index} is set.{slurmJob} Slurm sets the first in an array (sbatch --array=1-128), " +
                "Kubernetes the second in a Job with completionMode: Indexed. Elsewhere write the shard, such as 17/128");
        }
        int number = slurm ? OfSlurm() : Read(Index) + 1;
        int of = count ?? (slurm ? Read(Slurm + "COUNT")
            : IsSet(Completions) ? Read(Completions)
            : throw Fault($"{Index} is {variable(Index)}, but {Completions} is not set: Kubernetes does not tell how many there are. Set " +
                $"{Completions} to the Job's completions in its manifest, or write Auto/128"));
        return number >= 1 && number <= of ? new CamShard(number, of)
            : throw Fault($"The scheduler's task is number {number} (from 1), and there are {of} shards");

        int OfSlurm()
        {
            int id = Read(SlurmId);
            if (count is not null)
            {
                // Of a part of an array, which is run again, nobody knows where the whole one began.
                return IsSet(Slurm + "MIN") && Read(Slurm + "MIN") == 0 || id == 0
                    ? throw Fault($"With {asked} the array counts from 1, such as --array=1-{count}, and this one counts from 0 ({Said()})")
                    : id;
            }
            foreach (string needed in new[] { "MIN", "MAX", "COUNT" }.Where(name => !IsSet(Slurm + name)))
            {
                throw Fault($"{SlurmId} is {id}, but {Slurm}{needed} is not set. Write how many shards there are, such as Auto/128");
            }
            int min = Read(Slurm + "MIN"), max = Read(Slurm + "MAX"), tasks = Read(Slurm + "COUNT");
            bool isWhole = min is 0 or 1 && max - min + 1 == tasks && (!IsSet(Slurm + "STEP") || Read(Slurm + "STEP") == 1)
                && id >= min && id <= max;
            return isWhole ? id - min + 1
                : throw Fault($"This array is a part of one, or has gaps ({Said()}), so that it does not say how many shards there are. " +
                    $"Write Auto/128 for the part of an array of 128 that counts from 1. A whole array is --array=1-128 or 0-127");
        }

        bool IsSet(string name) => !string.IsNullOrWhiteSpace(variable(name));

        int Read(string name) => int.TryParse(variable(name), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture, out int value) ? value
            : throw Fault(IsSet(name) ? $"{name} is '{variable(name)}', and that is no number from 0" : $"{name} is not set");

        string Said() => string.Join(", ", new[] { "ID", "MIN", "MAX", "STEP", "COUNT" }.Where(name => IsSet(Slurm + name))
            .Select(name => $"{Slurm}{name} is {variable(Slurm + name)}"));

        SelectionException Fault(string why) => new(SelectionFault.ShardInvalid, asked, $"Shard '{asked}' is not known. {why}.");
    }
}
