namespace EasyExplain.Imaging;

/// <summary>In which order a model takes the colours of a picture.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue: torchvision's, and nearly everybody's.</summary>
    Rgb,

    /// <summary>Blue, green, red: that of OpenCV and Caffe.</summary>
    Bgr,
}
