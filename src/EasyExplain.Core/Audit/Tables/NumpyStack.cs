using System.Globalization;
using System.Text;
using EasyExplain.Runtime;

namespace EasyExplain.Audit.Tables;

/// <summary>
/// Maps of one size in NumPy's format (version 1.0): an array <c>[rows, height, width]</c> of uint8, 0 to 255 for 0 to 1.
/// </summary>
internal sealed class NumpyStack : IDisposable
{
    private const int HeaderLength = 128; // a multiple of 64, as the format asks; wide enough for any number of rows

    private readonly UnfinishedFile _file;
    private readonly int _height;
    private readonly int _width;
    private long _rows;

    /// <summary>Begins it.</summary>
    /// <exception cref="IOException">The folder is missing, or the disk is full.</exception>
    public NumpyStack(string path, int height, int width, bool overwrite)
    {
        (_file, _height, _width) = (new UnfinishedFile(path, overwrite), height, width);
        _file.Content.Position = HeaderLength;
    }

    /// <summary>Puts a map into a row behind those that are there; rows between have zeros.</summary>
    public void Put(long row, byte[] map)
    {
        _file.Content.Position = HeaderLength + row * map.Length;
        _file.Content.Write(map);
        _rows = row + 1;
    }

    /// <summary>Gives the file its name, with so many rows.</summary>
    public void Finish(long rows)
    {
        if (rows > _rows)
        {
            _file.Content.SetLength(HeaderLength + rows * _height * _width);
        }
        string shape = string.Create(CultureInfo.InvariantCulture, $"({rows}, {_height}, {_width})");
        string about = $"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}";
        byte[] before = [0x93, .. "NUMPY"u8, 1, 0, HeaderLength - 10, 0];
        _file.Content.Position = 0;
        _file.Content.Write(before);
        _file.Content.Write(Encoding.ASCII.GetBytes(about.PadRight(HeaderLength - before.Length - 1) + "\n"));
        _file.Finish();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
