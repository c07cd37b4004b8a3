namespace EasyExplain.Imaging;

/// <summary>A picture with a title above it.</summary>
/// <param name="Title">The title; shortened in its middle when it is wider than the tile.</param>
/// <param name="Image">The picture, of any size.</param>
public sealed record PanelTile(string Title, Photo Image);
