using EasyExplain.Explanation.Metrics;

namespace EasyExplain.Audit;

/// <summary>The figures of an explanation by the names of an audit's columns.</summary>
internal static class MeasureColumns
{
    /// <summary>All of them, in their order.</summary>
    public static IReadOnlyList<(string Name, CamMetric Metric)> All { get; } =
    [
        ("average_drop", CamMetric.AverageDrop),
        ("confidence_increase", CamMetric.ConfidenceIncrease),
        ("coherency", CamMetric.Coherency),
        ("complexity", CamMetric.Complexity),
        ("adcc", CamMetric.ADCC),
        ("deletion", CamMetric.Deletion),
        ("insertion", CamMetric.Insertion),
        ("deletion_blur", CamMetric.DeletionBlur),
        ("insertion_blur", CamMetric.InsertionBlur),
        ("road", CamMetric.ROAD),
        ("road_morf", CamMetric.RoadMoRF),
        ("road_lerf", CamMetric.RoadLeRF),
        ("mu_fidelity", CamMetric.MuFidelity),
        ("pointing_game", CamMetric.PointingGame),
        ("energy", CamMetric.Energy),
        ("sparseness", CamMetric.Sparseness),
        ("entropy", CamMetric.Entropy),
        ("parameter_randomization", CamMetric.ParameterRandomization),
        ("random_logit", CamMetric.RandomLogit),
        ("stability", CamMetric.Stability),
    ];

    /// <summary>A measure of a row with the figures that stand in its columns, in their order.</summary>
    public static CamMeasure Of(CamAuditRow row, string? control, long seed, Func<int, double?> at) => new()
    {
        Path = row.Path,
        Method = control ?? row.Method,
        Layers = row.Layers,
        Class = row.Class,
        Label = row.Label,
        Probability = row.Probability,
        IsControl = control is not null,
        Seconds = control is null ? row.Seconds : 0,
        ModelName = row.ModelName,
        Seed = seed,
        AverageDrop = at(0),
        ConfidenceIncrease = at(1),
        Coherency = at(2),
        Complexity = at(3),
        ADCC = at(4),
        Deletion = at(5),
        Insertion = at(6),
        DeletionBlur = at(7),
        InsertionBlur = at(8),
        ROAD = at(9),
        RoadMoRF = at(10),
        RoadLeRF = at(11),
        MuFidelity = at(12),
        PointingGame = at(13),
        Energy = at(14),
        Sparseness = at(15),
        Entropy = at(16),
        ParameterRandomization = at(17),
        RandomLogit = at(18),
        Stability = at(19),
    };
}
