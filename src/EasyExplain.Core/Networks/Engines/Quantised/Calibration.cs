namespace EasyExplain.Networks.Engines.Quantised;

/// <summary>What was found out about a network with pictures of the kind that it is for: how it can be computed in 8 bits.</summary>
/// <param name="Ranges">The numbers that each node makes, by <see cref="Node.Origin"/>; a node without one stays in float32.</param>
/// <param name="LeftOut">Nodes, by <see cref="Node.Origin"/>, that cost too much exactness and stay in float32.</param>
/// <param name="Fidelity">How near it comes to float32.</param>
internal sealed record Calibration(IReadOnlyDictionary<Node, ValueRange> Ranges, IReadOnlySet<Node> LeftOut, Fidelity Fidelity);

/// <summary>How near a network in 8 bits comes to the same in float32.</summary>
/// <param name="Pictures">With how many pictures that was measured.</param>
/// <param name="Correlation">Pearson's r of the maps, the mean over the pictures.</param>
/// <param name="Least">The lowest of them.</param>
/// <param name="Agreement">The share of the pictures with the same highest output.</param>
/// <param name="Time">Its time over that of float32.</param>
/// <param name="Operations">How many operations are in 8 bits.</param>
/// <param name="Of">Of how many before the layer of the maps.</param>
internal readonly record struct Fidelity(
    int Pictures, double Correlation, double Least, double Agreement, double Time, int Operations, int Of);
