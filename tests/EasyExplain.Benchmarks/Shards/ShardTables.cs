using System.Globalization;

namespace EasyExplain.Benchmarks.Shards;

/// <summary>The tables of a million images.</summary>
internal static class ShardTables
{
    private static readonly double[] Images = [1e6, 1e7, 1e8];
    private static readonly int[] Nodes = [1, 16, 128];
    private static readonly int[] PerSlot = [1, 2, 4, 8, 16, 32];

    /// <summary>All of them, and the sentences that have numbers in them.</summary>
    /// <param name="stages">The parts of what an image costs, of each model.</param>
    /// <param name="audits">What it costs in an audit, of the same models; the last one is planned with.</param>
    /// <param name="line">What a line of the list costs.</param>
    /// <param name="finding">What a row takes of memory in Find-CamIssue.</param>
    public static string Of(IReadOnlyList<StageCosts> stages, IReadOnlyList<AuditCosts> audits, double line, double finding)
    {
        AuditCosts costs = audits[^1];
        ClusterPlan[] plans = [.. Images.SelectMany(images => Nodes.Select(nodes => new ClusterPlan(costs, images, nodes)))];
        double Start(ClusterPlan plan) => costs.Start + line * plan.Images;
        ClusterPlan[] chosen = [plans.First(plan => plan is { Images: 1e7, Nodes: 16 }),
            plans.First(plan => plan is { Images: 1e8, Nodes: 128 })];
        return string.Concat(OfAnImage(stages, audits).Append("")
            .Append($"A path in `-PathList`, read and hashed, takes {Number(1e6 * line)} µs, and every start of a task reads all of " +
                $"them: {Seconds(line * 1e7)} for ten million.")
            .Append($"`Find-CamIssue` takes {Bytes(finding)} of memory for a row with three maps of 14 × 14 cells.").Append("")
            .Append("### Hours, bytes, and what breaks first").Append("").Concat(OfPlans(plans, finding)).Append("")
            .Append("### How many shards").Concat(chosen.SelectMany(plan => OfShards(plan, Start(plan))))
            .Select(text => text + "\n"));
    }

    private static IEnumerable<string> OfAnImage(IReadOnlyList<StageCosts> stages, IReadOnlyList<AuditCosts> audits) =>
    [
        Line("an image of the", audits, audit => audit.Model),
        Line("---", audits, _ => "---"),
        Line("hash of its file", stages, stage => Ms(stage.Hash)),
        Line("decode", stages, stage => Ms(stage.Decode)),
        Line("preprocess", stages, stage => Ms(stage.Preprocess)),
        Line("network", stages, stage => Ms(stage.Network)),
        Line("map: LayerCAM at the default layer", stages, stage => Ms(stage.Map)),
        Line("row", stages, stage => Ms(stage.Row)),
        Line("picture", stages, stage => Ms(stage.Picture)),
        Line("sum of these", stages, stage => Ms(stage.Sum)),
        Line("**in scheduled-audit.ps1, all in all**", audits, audit => $"**{Ms(audit.Image)}**"),
        Line("images a second on a core", audits, audit => Number(1 / audit.Image)),
        Line("start and end of scheduled-audit.ps1", audits, audit => Seconds(audit.Start)),
        Line("memory at its highest", audits, audit => Bytes(audit.Memory)),
        Line("bytes of its file", audits, audit => Bytes(audit.PhotoBytes)),
        Line("of its row, with the line in the log", audits, audit => Bytes(audit.RowBytes)),
        Line("of that, its map", audits, audit => Bytes(audit.MapBytes)),
        Line("of its picture", audits, audit => Bytes(audit.PictureBytes)),
    ];

    private static IEnumerable<string> OfPlans(IEnumerable<ClusterPlan> plans, double finding) =>
    [
        "| images | nodes | time | images a second | read and written | rows | pictures | too much, and how many times |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        .. plans.Select(plan => $"| {Count(plan.Images)} | {plan.Nodes} | {Hours(plan.Seconds)} | {Number(plan.Rate)} | " +
            $"{Bytes(plan.BytesPerSecond)}/s | {Bytes(plan.RowBytes)} | {Bytes(plan.PictureBytes)} | {Broken(plan, finding)} |"),
    ];

    private static IEnumerable<string> OfShards(ClusterPlan plan, double start)
    {
        ShardChoice[] all = [.. ShardChoice.Of(plan, start, PerSlot)];
        ShardChoice best = ShardChoice.Best(all);
        return
        [
            "",
            $"{Count(plan.Images)} images on {plan.Nodes} nodes: {Count(plan.Slots)} tasks at a time, {Hours(plan.Seconds)} at the " +
                $"least, {Seconds(start)} for each start. Best: **{Count(best.Shards)} shards**.",
            "",
            "| shards | for each task at a time | images in one | its time | even | uneven | disturbed | at worst | starts of a shard |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
            .. all.Select(choice => $"| {Count(choice.Shards)} | {choice.PerSlot} | {Count(plan.Images / choice.Shards)} | " +
                $"{Hours(plan.Images / choice.Shards * plan.Costs.Image)} | {Times(choice.Even)} | {Times(choice.Uneven)} | " +
                $"{Times(choice.Disturbed)} | {Times(choice.Worst)} | {Number(choice.Starts)} |"),
        ];
    }

    private static string Broken(ClusterPlan plan, double finding)
    {
        string[] all = [.. plan.Broken(finding).Select(limit => $"{limit.What}: {Number(limit.Times)}")];
        return all.Length == 0 ? "nothing" : string.Join("; ", all);
    }

    private static string Line<T>(string what, IEnumerable<T> all, Func<T, string> say) =>
        $"| {what} | {string.Join(" | ", all.Select(say))} |";

    private static string Number(double value) => value switch
    {
        >= 1000 => Count(value),
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.#", CultureInfo.InvariantCulture),
        _ => value.ToString("0.##", CultureInfo.InvariantCulture),
    };

    private static string Count(double value) => Math.Round(value).ToString("N0", CultureInfo.InvariantCulture);

    private static string Times(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Ms(double seconds) =>
        (1000 * seconds).ToString(seconds < 0.001 ? "0.###" : "0.#", CultureInfo.InvariantCulture) + " ms";

    private static string Seconds(double seconds) => Number(seconds) + " s";

    private static string Hours(double seconds) => seconds < 48 * 3600 ? Number(seconds / 3600) + " h" : Number(seconds / 86400) + " days";

    private static string Bytes(double bytes) => bytes switch
    {
        >= 1e12 => Number(bytes / 1e12) + " TB",
        >= 1e9 => Number(bytes / 1e9) + " GB",
        >= 1e6 => Number(bytes / 1e6) + " MB",
        >= 1e3 => Number(bytes / 1e3) + " kB",
        _ => Number(bytes) + " B",
    };
}
