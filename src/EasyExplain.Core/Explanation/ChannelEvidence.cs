namespace EasyExplain.Explanation;

/// <summary>What the channels of a layer say of one image, wherever in it; of several layers, at the one nearest to the output.</summary>
/// <param name="Features">Each channel's mean over the layer's cells.</param>
/// <param name="Relevance">
/// For each channel the sum over the cells of gradient × activation, its share in the score (as SpRAy sums relevance); null where the
/// method asks for no gradients.
/// </param>
internal sealed record ChannelEvidence(ChannelVector Features, ChannelVector? Relevance);
