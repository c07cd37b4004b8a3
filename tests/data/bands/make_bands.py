"""Small TIFF files with bands: six of 16 bits (band b, row y, column x is 1000 b + 40 y + x), and RGB with a fourth band, by Pillow."""
import struct
import numpy as np
from PIL import Image

W, H = 20, 12
six = np.array([[[1000 * b + 40 * y + x for b in range(1, 7)] for x in range(W)] for y in range(H)], dtype="<u2")


def tiff(name, pixels, bits, samples, form, planar=1, little=True):
    e = "<" if little else ">"
    tags = [(256, 3, [W]), (257, 3, [H]), (258, 3, [bits] * samples), (259, 3, [1]), (262, 3, [1]), (273, 4, None), (277, 3, [samples]),
            (278, 3, [H]), (279, 4, None), (284, 3, [planar]), (339, 3, [form] * samples)]
    parts = [pixels] if planar == 1 else [pixels[i * len(pixels) // samples:(i + 1) * len(pixels) // samples] for i in range(samples)]
    at = 8
    offsets = []
    for part in parts:
        offsets.append(at)
        at += len(part)
    directory, extra = b"", b""
    behind = at + 2 + 12 * len(tags) + 4
    for tag, kind, numbers in tags:
        numbers = offsets if tag == 273 else [len(part) for part in parts] if tag == 279 else numbers
        data = struct.pack(e + ("H" if kind == 3 else "I") * len(numbers), *numbers)
        if len(data) > 4:
            value = struct.pack(e + "I", behind + len(extra))
            extra += data
        else:
            value = data.ljust(4, b"\0")
        directory += struct.pack(e + "HHI", tag, kind, len(numbers)) + value
    head = (b"II" if little else b"MM") + struct.pack(e + "HI", 42, at)
    open(name, "wb").write(head + b"".join(parts) + struct.pack(e + "H", len(tags)) + directory + b"\0\0\0\0" + extra)


tiff("six16.tif", six.tobytes(), 16, 6, 1)
tiff("six16_planes_big.tif", six.transpose(2, 0, 1).astype(">u2").tobytes(), 16, 6, 1, planar=2, little=False)
tiff("six32.tif", (six / 65535).astype("<f4").tobytes(), 32, 6, 3)
rng = np.random.default_rng(1)
rgbx = rng.integers(0, 256, (48, 64, 4), dtype=np.uint8)
image = Image.frombytes("RGBX", (64, 48), rgbx.tobytes())
for compression in ("tiff_lzw", "tiff_adobe_deflate", "packbits"):
    image.save(f"rgbx_{compression}.tif", compression=compression)
rgbx.tofile("rgbx.bin")
