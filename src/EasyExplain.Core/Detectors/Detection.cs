namespace EasyExplain.Detectors;

/// <summary>Something that a detector found in a picture.</summary>
/// <param name="Number">Its number in the picture, from 0, the most certain first.</param>
/// <param name="Class">Its class.</param>
/// <param name="Probability">How certain the detector is, from 0 to 1.</param>
/// <param name="Box">Where, in the original photo.</param>
/// <param name="Candidate">Which of the network's candidates it is.</param>
internal sealed record Detection(int Number, int Class, double Probability, DetectionBox Box, int Candidate);
