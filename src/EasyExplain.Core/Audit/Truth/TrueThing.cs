using EasyExplain.Detectors;

namespace EasyExplain.Audit.Truth;

/// <summary>Something that is in a photo, as a person said.</summary>
/// <param name="Label">What it is; null where the file has numbers only.</param>
/// <param name="Class">The number of its class, from 0, where the file has numbers only; else −1.</param>
/// <param name="Box">Where it is, in pixels of the photo.</param>
/// <param name="IsDoubtful">
/// Whether nobody can be blamed for not finding it, nor for finding it: a crowd (COCO), or something difficult (Pascal VOC).
/// </param>
internal sealed record TrueThing(string? Label, int Class, DetectionBox Box, bool IsDoubtful = false);
