#!/usr/bin/env python3
"""Makes this folder's TIFF, TGA and PNM files and, as PNG, the pixels that each has to give; expected.json tells which belong together.

usage: /usr/bin/python3 make_formats.py PHOTO.jpg      (Pillow 9.4, libtiff's tiffcp 4.5)

What is expected is what was put in. Where Pillow reads a file, it is asked too, and must agree; the few places where it cannot or does
not are named in DISAGREES.
"""
import json
import os
import struct
import subprocess
import sys
import zlib

import numpy as np
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
EXPECTED = {}
DISAGREES = {
    # Pillow clips what has 16 bits of grey, and what is no integer, where here it is scaled.
    "gray16.tif", "gray16_white.tif", "gray16_lzw_predictor.tif", "gray16_big.tif", "gray16_le.tif", "float.tif", "float_white.tif", "float_rgb.tif",
    "float_lzw_big.tif", "float_nan.tif", "float_constant.tif",
    "rgb16_planar.tif",  # Pillow cannot
    "gray16.pgm", "gray16_plain.pgm",
    "palette32.tga",
}


def here(name):
    return os.path.join(HERE, name)


def tiff(name, samples, photometric, bits=None, big=False, compression=1, rows=None, planar=1, extra=None, sample_format=None,
         tags=None, pack=None, pages=1):
    """A TIFF of strips. samples is [height, width, n] of the type that is written."""
    height, width, count = samples.shape
    bits = bits or samples.dtype.itemsize * 8
    rows = rows or height
    order = ">" if big else "<"
    swapped = samples.astype(samples.dtype.newbyteorder(order))
    planes = [swapped] if planar == 1 else [swapped[:, :, c:c + 1] for c in range(count)]
    strips = []
    for plane in planes:
        for y in range(0, height, rows):
            data = pack(plane[y:y + rows]) if pack else plane[y:y + rows].tobytes()
            strips.append(zlib.compress(data) if compression in (8, 32946) else data)
    entries = {256: ("I", [width]), 257: ("I", [height]), 258: ("H", [bits] * count), 259: ("H", [compression]), 262: ("H", [photometric]),
               277: ("H", [count]), 278: ("I", [rows]), 284: ("H", [planar])}
    if extra is not None:
        entries[338] = ("H", extra)
    if sample_format is not None:
        entries[339] = ("H", [sample_format] * count)
    entries.update(tags or {})
    entries = {tag: value for tag, value in entries.items() if value}
    offsets, at = [], 8
    body = b""
    for strip in strips:
        offsets.append(at)
        strip += b"\0" * (len(strip) & 1)
        body, at = body + strip, at + len(strip)
    entries[273] = ("I", offsets)
    entries[279] = ("I", [len(strip) for strip in strips])
    file = b"" if not pages else struct.pack(order + "2sHI", b"MM" if big else b"II", 42, at) + body
    for page in range(pages):
        directory, values = struct.pack(order + "H", len(entries)), b""
        beyond = at + 2 + 12 * len(entries) + 4
        for tag in sorted(entries):
            kind, numbers = entries[tag]
            data = struct.pack(order + kind * len(numbers), *numbers)
            if len(data) > 4:
                field = struct.pack(order + "I", beyond + len(values))
                values += data + b"\0" * (len(data) & 1)
            else:
                field = data.ljust(4, b"\0")
            directory += struct.pack(order + "HHI", tag, {"B": 1, "H": 3, "I": 4}[kind], len(numbers)) + field
        following = beyond + len(values) if page < pages - 1 else 0
        file += directory + struct.pack(order + "I", following) + values
        at = beyond + len(values)
    with open(here(name), "wb") as out:
        out.write(file)


def tiffcp(name, source, *options):
    subprocess.run(["tiffcp", *options, here(source), here(name)], check=True)


def nibbles(strip):
    """Two samples a byte, rows start at whole bytes."""
    rows = np.pad(strip[:, :, 0], ((0, 0), (0, strip.shape[1] & 1)))
    return (rows[:, 0::2] << 4 | rows[:, 1::2]).astype(np.uint8).tobytes()


def single_bits(strip):
    return np.packbits(strip[:, :, 0], axis=1).tobytes()


def expect(png, pixels, *names):
    """Writes the expected pixels, and holds Pillow to them."""
    if pixels.ndim == 2:
        pixels = np.dstack([pixels] * 3)
    Image.fromarray(pixels.astype(np.uint8)).save(here(png), optimize=True)
    for name in names:
        EXPECTED[name] = png
        try:
            seen = np.asarray(Image.open(here(name)).convert("RGB"))  # of a TIFF, Pillow 9.4 applies the orientation when it reads
            agrees = seen.shape == pixels.shape and (seen == pixels).all()
        except Exception:
            agrees = False
        if agrees == (name in DISAGREES):
            print(f"{name}: Pillow {'agrees' if agrees else 'disagrees'}")


def tga_packets(pixels):
    """Run-length packets: runs where two or more pixels are equal, raw ones between; they pass over the ends of rows nowhere."""
    out = b""
    for row in pixels:
        x = 0
        while x < len(row):
            run = 1
            while x + run < len(row) and run < 128 and row[x + run] == row[x]:
                run += 1
            if run > 1:
                out += bytes([0x80 | run - 1]) + row[x]
                x += run
                continue
            start = x
            while x < len(row) and x - start < 128 and not (x + 1 < len(row) and row[x] == row[x + 1]):
                x += 1
            out += bytes([x - start - 1]) + b"".join(row[start:x])
    return out


def tga(name, kind, rows, depth, descriptor=0x20, palette=b"", palette_depth=0, start=0, name_field=b"", footer=False):
    """rows: a list of rows of pixels (bytes each), in the order of the file."""
    entries = len(palette) * 8 // palette_depth if palette else 0
    head = struct.pack("<BBBHHBHHHHBB", len(name_field), 1 if palette else 0, kind, start, entries, palette_depth, 0, 0, len(rows[0]), len(rows), depth,
                       descriptor)
    body = tga_packets(rows) if kind >= 9 else b"".join(b"".join(row) for row in rows)
    with open(here(name), "wb") as out:
        out.write(head + name_field + palette + body)
        if footer:
            out.write(struct.pack("<II", 0, 0) + b"TRUEVISION-XFILE.\0")


def pixels_of(array):
    """Rows of pixels as bytes, blue first."""
    array = array[:, :, None] if array.ndim == 2 else array
    order = {1: [0], 2: [0, 1], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[array.shape[2]]
    return [[bytes(int(v) for v in pixel[order]) for pixel in row] for row in array]


def pnm(name, head, data):
    with open(here(name), "wb") as out:
        out.write(head.encode() + data)


def plain(array, maxval=None):
    return "\n".join(" ".join(str(v) for v in row) for row in array.reshape(array.shape[0], -1)).encode() + b"\n"


def main():
    for old in os.listdir(HERE):
        if old.rsplit(".", 1)[-1] in ("tif", "tga", "pbm", "pgm", "ppm", "png"):
            os.remove(here(old))
    photo = Image.open(sys.argv[1]).convert("RGB").resize((29, 19), Image.BICUBIC)
    rgb = np.asarray(photo).copy()
    rgb[3:6, 4:20] = (250, 40, 10)  # runs, for the compressions that look for them
    gray = np.asarray(Image.fromarray(rgb).convert("L")).copy()
    height, width = gray.shape
    y, x = np.mgrid[0:height, 0:width]
    alpha = ((x * 9) & 255).astype(np.uint8)
    alpha[:, 7:11] = 0
    rgba = np.dstack([rgb, alpha])
    random = np.random.RandomState(1)

    # 8 bits, RGB
    tiff("rgb.tif", rgb, 2, rows=5)
    tiffcp("rgb_lzw.tif", "rgb.tif", "-c", "lzw", "-r", "5")
    tiffcp("rgb_lzw_predictor.tif", "rgb.tif", "-c", "lzw:2", "-r", "5")
    tiffcp("rgb_deflate_predictor_big.tif", "rgb.tif", "-c", "zip:2", "-r", "7", "-B")
    tiffcp("rgb_packbits.tif", "rgb.tif", "-c", "packbits", "-r", "5")
    tiffcp("rgb_planar.tif", "rgb.tif", "-c", "none", "-p", "separate", "-r", "5")
    tiff("rgb_old_deflate.tif", rgb, 2, compression=32946, rows=5)
    tiff("rgb_pages.tif", rgb, 2, rows=5, pages=3)
    tiff("rgba.tif", rgba, 2, extra=[2], rows=5)
    tiff("rgbx.tif", rgba, 2, extra=[0], compression=8)
    tiff("rgba_unsaid.tif", rgba, 2, rows=1)
    tiff("rgb_one_strip.tif", rgb, 2, tags={278: None, 284: None})
    tiffcp("rgba_lzw_predictor.tif", "rgba.tif", "-c", "lzw:2", "-r", "5")
    tiffcp("rgba_planar_lzw.tif", "rgba.tif", "-c", "lzw", "-p", "separate", "-r", "5")
    expect("rgb.png", rgb, "rgb.tif", "rgb_lzw.tif", "rgb_lzw_predictor.tif", "rgb_deflate_predictor_big.tif", "rgb_packbits.tif", "rgb_planar.tif",
           "rgb_old_deflate.tif", "rgb_pages.tif", "rgba.tif", "rgbx.tif", "rgba_unsaid.tif", "rgb_one_strip.tif", "rgba_lzw_predictor.tif",
           "rgba_planar_lzw.tif")
    for value in range(2, 9):
        tiff(f"orientation_{value}.tif", rgb, 2, compression=8, tags={274: ("H", [value])})
        upright = {2: rgb[:, ::-1], 3: rgb[::-1, ::-1], 4: rgb[::-1], 5: rgb.transpose(1, 0, 2), 6: rgb[::-1].transpose(1, 0, 2),
                   7: rgb[::-1, ::-1].transpose(1, 0, 2), 8: rgb[:, ::-1].transpose(1, 0, 2)}[value]
        expect(f"orientation_{value}.png", upright, f"orientation_{value}.tif")

    # alpha that is multiplied in
    premultiplied = np.dstack([(rgb.astype(int) * alpha[:, :, None] + 127) // 255, alpha]).astype(np.uint8)
    tiff("rgba_associated.tif", premultiplied, 2, extra=[1])
    divided = np.minimum(255, premultiplied[:, :, :3].astype(int) * 255 // np.maximum(1, alpha[:, :, None].astype(int)))
    divided[alpha == 0] = 0
    expect("rgba_associated.png", divided, "rgba_associated.tif")

    # grey
    tiff("gray.tif", gray[:, :, None], 1, rows=5)
    tiff("gray_white.tif", 255 - gray[:, :, None], 0, rows=5, compression=8)
    tiffcp("gray_lzw_predictor.tif", "gray.tif", "-c", "lzw:2", "-r", "4")
    tiffcp("gray_packbits_big.tif", "gray.tif", "-c", "packbits", "-B")
    four = gray >> 4
    expect("gray.png", gray, "gray.tif", "gray_white.tif", "gray_lzw_predictor.tif", "gray_packbits_big.tif")
    tiff("gray4.tif", four[:, :, None], 1, bits=4, pack=nibbles, rows=5)
    tiff("gray4_white.tif", 15 - four[:, :, None], 0, bits=4, pack=nibbles)
    expect("gray4.png", four * 17, "gray4.tif", "gray4_white.tif")
    bit = (gray > 100).astype(np.uint8)
    tiff("bilevel.tif", bit[:, :, None], 1, bits=1, pack=single_bits, rows=5)
    tiff("bilevel_white.tif", 1 - bit[:, :, None], 0, bits=1, pack=single_bits, compression=8)
    expect("bilevel.png", bit * 255, "bilevel.tif", "bilevel_white.tif")

    # 16 bits: the high byte, as of a 16-bit PNG
    gray16 = (gray.astype(np.uint16) << 8) + random.randint(0, 256, gray.shape).astype(np.uint16)
    rgb16 = (rgb.astype(np.uint16) << 8) + random.randint(0, 256, rgb.shape).astype(np.uint16)
    tiff("gray16.tif", gray16[:, :, None], 1, rows=5)
    tiff("gray16_white.tif", 65535 - gray16[:, :, None], 0)
    tiffcp("gray16_lzw_predictor.tif", "gray16.tif", "-c", "lzw:2", "-r", "5")
    tiff("gray16_big.tif", gray16[:, :, None], 1, big=True)
    expect("gray.png", gray, "gray16.tif", "gray16_white.tif", "gray16_lzw_predictor.tif", "gray16_big.tif")
    tiff("rgb16.tif", rgb16, 2, rows=5)
    tiff("rgb16_big.tif", rgb16, 2, big=True, compression=8)
    tiffcp("rgb16_lzw_predictor.tif", "rgb16.tif", "-c", "lzw:2", "-r", "5")
    tiffcp("rgb16_deflate_predictor_big.tif", "rgb16.tif", "-c", "zip:2", "-r", "5", "-B")
    tiff("rgba16.tif", np.dstack([rgb16, alpha.astype(np.uint16) * 257]), 2, extra=[2], compression=8)
    tiffcp("rgba16_lzw_predictor.tif", "rgba16.tif", "-c", "lzw:2")
    tiff("rgb16_planar.tif", rgb16, 2, planar=2, rows=5)
    expect("rgb.png", rgb, "rgb16.tif", "rgb16_big.tif", "rgb16_lzw_predictor.tif", "rgb16_deflate_predictor_big.tif", "rgb16_planar.tif", "rgba16.tif",
           "rgba16_lzw_predictor.tif")

    # float32: by its own range
    def scaled(values):
        finite = values[np.isfinite(values)].astype(float)
        low, high = finite.min(), finite.max()
        with np.errstate(invalid="ignore"):
            out = np.clip((values.astype(float) - low) / ((high - low) or 1), 0, 1)
        return np.rint(np.nan_to_num(out, nan=0) * 255)

    heights = (gray.astype(np.float32) * 7.3 - 512.25).astype(np.float32)
    tiff("float.tif", heights[:, :, None], 1, sample_format=3, rows=5)
    tiffcp("float_lzw_big.tif", "float.tif", "-c", "lzw", "-B")
    expect("float.png", scaled(heights), "float.tif", "float_lzw_big.tif")
    tiff("float_white.tif", heights[:, :, None], 0, sample_format=3, compression=8)
    expect("float_white.png", scaled(-heights), "float_white.tif")
    odd = heights.copy()
    odd[2, 3], odd[4, 5], odd[6, 7] = np.nan, np.inf, -np.inf
    tiff("float_nan.tif", odd[:, :, None], 1, sample_format=3)
    expect("float_nan.png", scaled(odd), "float_nan.tif")
    tiff("float_constant.tif", np.full((3, 4, 1), 1.5, np.float32), 1, sample_format=3)
    expect("float_constant.png", np.zeros((3, 4)), "float_constant.tif")
    radiance = (rgb.astype(np.float32) / 50) ** 2
    tiff("float_rgb.tif", radiance, 2, sample_format=3, rows=5)
    expect("float_rgb.png", scaled(radiance), "float_rgb.tif")

    # palettes
    quantized = Image.fromarray(rgb).quantize(16)
    index = np.asarray(quantized).astype(np.uint8)
    colors = np.zeros((256, 3), int)
    used = np.array(quantized.getpalette()).reshape(-1, 3)[:16]
    colors[:16] = used
    for name, bits, factor in (("palette.tif", 8, 257), ("palette_256.tif", 8, 256), ("palette4.tif", 4, 257)):
        tiff(name, index[:, :, None], 3, bits=bits, pack=nibbles if bits == 4 else None, rows=5,
             tags={320: ("H", (colors[:1 << bits] * factor).T.ravel().tolist())})
    tiffcp("palette_lzw_predictor.tif", "palette.tif", "-c", "lzw:2")
    shown = colors[index]
    expect("palette.png", shown, "palette.tif", "palette_256.tif", "palette4.tif", "palette_lzw_predictor.tif")

    # JPEG inside
    for name, source, options in (("jpeg_gray.tif", "gray.tif", ["-c", "jpeg:95", "-r", "8"]), ("jpeg_rgb.tif", "rgb.tif", ["-c", "jpeg:r:95", "-r", "8"]),
                                  ("jpeg_ycc.tif", "rgb.tif", ["-c", "jpeg:95", "-r", "16"])):
        tiffcp(name, source, *options)
        seen = np.asarray(Image.open(here(name)).convert("RGB"))
        expect(name.replace(".tif", ".png"), seen, name)

    # TGA
    tga("rgb.tga", 2, pixels_of(rgb), 24)
    tga("rgb_bottom_up.tga", 2, pixels_of(rgb[::-1]), 24, descriptor=0)
    tga("rgb_rle.tga", 10, pixels_of(rgb), 24, footer=True)
    tga("rgb_rle_bottom_up.tga", 10, pixels_of(rgb[::-1]), 24, descriptor=0, name_field=b"a name")
    tga("rgba.tga", 2, pixels_of(rgba), 32, descriptor=0x28)
    tga("rgba_rle.tga", 10, pixels_of(rgba[::-1]), 32, descriptor=8)
    tga("rgba_no_alpha_bits.tga", 2, pixels_of(rgba), 32, descriptor=0x20)
    tga("from_right.tga", 2, pixels_of(rgb[:, ::-1]), 24, descriptor=0x30)
    expect("rgb.png", rgb, "rgb.tga", "rgb_bottom_up.tga", "rgb_rle.tga", "rgb_rle_bottom_up.tga", "rgba.tga", "rgba_rle.tga", "rgba_no_alpha_bits.tga",
           "from_right.tga")
    tga("gray.tga", 3, pixels_of(gray), 8)
    tga("gray_rle.tga", 11, pixels_of(gray[::-1]), 8, descriptor=0)
    expect("gray.png", gray, "gray.tga", "gray_rle.tga")
    bgr = [bytes(int(v) for v in color[::-1]) for color in used]
    tga("palette.tga", 1, pixels_of(index), 8, palette=b"".join(bgr), palette_depth=24)
    tga("palette_rle.tga", 9, pixels_of(index[::-1]), 8, descriptor=0, palette=b"".join(bgr), palette_depth=24)
    tga("palette32.tga", 1, pixels_of(index), 8, palette=b"".join(c + b"\x80" for c in bgr), palette_depth=32)
    expect("palette.png", shown, "palette.tga", "palette_rle.tga", "palette32.tga")
    five = rgb >> 3
    words = (five[:, :, 0].astype(int) << 10 | five[:, :, 1].astype(int) << 5 | five[:, :, 2]).astype("<u2")
    words_alpha = words | 0x8000 * (x & 1)
    as_rows = lambda w: [[struct.pack("<H", int(v)) for v in row] for row in w]
    tga("bgr16.tga", 2, as_rows(words), 16)
    tga("bgr16_alpha.tga", 2, as_rows(words_alpha), 16, descriptor=0x21)
    tga("bgr16_rle.tga", 10, as_rows(words[::-1]), 16, descriptor=0)
    expect("bgr16.png", five.astype(int) * 255 // 31, "bgr16.tga", "bgr16_alpha.tga", "bgr16_rle.tga")
    five = used >> 3
    words = five[:, 0] << 10 | five[:, 1] << 5 | five[:, 2]
    tga("bgr16_palette.tga", 1, pixels_of(index), 8, palette=b"".join(struct.pack("<H", int(v)) for v in words), palette_depth=16)
    expect("bgr16_palette.png", five[index] * 255 // 31, "bgr16_palette.tga")

    # PNM: scaled by its largest number, as Pillow does
    wide = lambda samples: samples.astype(">u2").tobytes()
    size = f"{width} {height}\n"
    pnm("rgb.ppm", "P6\n# a comment\n" + size + "255\n", rgb.tobytes())
    pnm("rgb_plain.ppm", "P3\n" + size + "255\n", plain(rgb))
    pnm("rgb16.ppm", f"P6 {width}\t{height} 65535\n", wide(rgb16))
    pnm("gray.pgm", "P5\n" + size + "255\n", gray.tobytes())
    pnm("gray_plain.pgm", "P2\n# a comment\n" + size + "# another\n255\n", plain(gray))
    expect("rgb.png", rgb, "rgb.ppm", "rgb_plain.ppm")
    expect("gray.png", gray, "gray.pgm", "gray_plain.pgm")
    expect("rgb16_ppm.png", np.rint(rgb16 / 65535 * 255), "rgb16.ppm")
    pnm("gray16.pgm", "P5\n" + size + "65535\n", wide(gray16))
    pnm("gray16_plain.pgm", "P2\n" + size + "65535\n", plain(gray16))
    expect("gray16_pgm.png", np.rint(gray16 / 65535 * 255), "gray16.pgm", "gray16_plain.pgm")
    for name, maxval in (("100", 100), ("1000", 1000)):
        less = rgb.astype(int) * maxval // 255
        pnm(f"rgb_{name}.ppm", "P6\n" + size + f"{maxval}\n", less.astype(">u2" if maxval > 255 else np.uint8).tobytes())
        pnm(f"rgb_{name}_plain.ppm", "P3\n" + size + f"{maxval}\n", plain(less))
        expect(f"rgb_{name}_ppm.png", np.rint(less / maxval * 255), f"rgb_{name}.ppm", f"rgb_{name}_plain.ppm")
    less = gray.astype(int) * 7 // 255
    pnm("gray_7.pgm", "P5\n" + size + "7\n", less.astype(np.uint8).tobytes())
    pnm("gray_7_plain.pgm", "P2\n" + size + "7\n", plain(less))
    expect("gray_7_pgm.png", np.rint(less / 7 * 255), "gray_7.pgm", "gray_7_plain.pgm")
    pnm("bilevel.pbm", "P4\n" + size, np.packbits(1 - bit, axis=1).tobytes())
    pnm("bilevel_plain.pbm", "P1\n# black is 1\n" + size, "\n".join("".join(str(v) for v in row) for row in 1 - bit).encode() + b"\n")
    pnm("bilevel_spaced.pbm", "P1\n" + size, plain(1 - bit))
    expect("bilevel.png", bit * 255, "bilevel.pbm", "bilevel_plain.pbm", "bilevel_spaced.pbm")

    # What is not read
    tiffcp("refused_bigtiff.tif", "bilevel.tif", "-8")
    for name, option in (("refused_fax3.tif", "g3"), ("refused_fax4.tif", "g4")):
        tiffcp(name, "bilevel.tif", "-c", option)
    tiffcp("refused_tiled.tif", "bilevel.tif", "-t", "-w", "16", "-l", "16")
    for name, option in (("refused_zstd.tif", "zstd"), ("refused_lzma.tif", "lzma")):
        tiffcp(name, "bilevel.tif", "-c", option)
    tiffcp("refused_predictor3.tif", "float_constant.tif", "-c", "zip:3")
    small = np.zeros((2, 3, 1))
    tiffcp("refused_planar_predictor.tif", "rgb.tif", "-c", "lzw:2", "-p", "separate")
    tiff("refused_gray_alpha.tif", np.dstack([gray, alpha])[:2], 1, extra=[2])
    tiff("refused_float_planar.tif", radiance[:2], 2, sample_format=3, planar=2)
    tga("refused_palette_start.tga", 1, pixels_of(index[:2] + 3), 8, palette=b"".join(bgr), palette_depth=24, start=3)
    tiff("refused_float16.tif", small.astype(np.float16), 1, sample_format=3)
    tiff("refused_float64.tif", small.astype(np.float64), 1, sample_format=3)
    tiff("refused_uint32.tif", small.astype(np.uint32), 1)
    tiff("refused_uint64.tif", small.astype(np.uint64), 1)
    tiff("refused_int16.tif", small.astype(np.int16), 1, sample_format=2)
    tiff("refused_complex.tif", small.astype(np.complex64), 1, sample_format=6)
    tiff("refused_cmyk.tif", np.zeros((2, 3, 4), np.uint8), 5)
    tiff("refused_lab.tif", np.zeros((2, 3, 3), np.uint8), 8)
    tiff("../bands/five.tif", np.zeros((2, 3, 5), np.uint8), 2, extra=[0, 0])

    with open(here("expected.json"), "w", encoding="utf-8") as file:
        json.dump(EXPECTED, file, indent=0, sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main()
