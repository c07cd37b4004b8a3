#!/usr/bin/env python3
"""Makes the awkward little image files of this folder and figures.json: what Pillow and torchvision say.

usage: make_figures.py ASTRONAUT.jpg            (Pillow 9.4, torchvision 0.14.1; tests/data/images must be in place)
"""
import json
import os
import struct
import sys
import zlib

import numpy as np
import torch
import torchvision
from PIL import Image, ImageCms, ImageOps

HERE = os.path.dirname(os.path.abspath(__file__))
IMAGES = os.path.join(HERE, "..", "images")


def here(name):
    return os.path.join(HERE, name)


def orientation(value):
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, color, rows, extra=b""):
    head = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def write(name, data):
    with open(here(name), "wb") as file:
        file.write(data)


def small_gif(transparent):
    """A GIF of 4x3 pixels whose first frame is 2x2 at (1, 1)."""
    gif = b"GIF89a" + bytes([4, 0, 3, 0, 0x81, 3, 0]) + bytes([10, 20, 30, 200, 0, 0, 0, 200, 0, 0, 0, 200])
    if transparent is not None:
        gif += bytes([0x21, 0xF9, 4, 1, 0, 0, transparent, 0])
    bits = count = 0
    packed = []
    for code in (4, 1, 2, 4, 2, 1, 5):  # LZW: clear, two pixels, clear, two pixels, end
        bits |= code << count
        count += 3
        while count >= 8:
            packed.append(bits & 255)
            bits, count = bits >> 8, count - 8
    packed.append(bits & 255)
    return gif + b"\x2c" + bytes([1, 0, 1, 0, 2, 0, 2, 0, 0]) + bytes([2, len(packed)]) + bytes(packed) + b"\0;"


def make_files(photo):
    pixels = np.asarray(photo)
    height, width = pixels.shape[:2]
    for value in range(1, 9):
        photo.save(here(f"exif_{value}.jpg"), quality=92, exif=orientation(value))
    photo.save(here("exif_6.png"), exif=orientation(6))
    photo.save(here("exif_6.webp"), exif=orientation(6), quality=90)
    for value in range(3):
        photo.save(here(f"subsampling_{value}.jpg"), quality=85, subsampling=value)
    # A profile with red and blue exchanged: who converts colours is found out.
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = profile.find(b"rXYZ"), profile.find(b"bXYZ")
    profile[red:red + 4], profile[blue:blue + 4] = b"bXYZ", b"rXYZ"
    photo.save(here("profile.jpg"), icc_profile=bytes(profile), quality=90)
    photo.save(here("profile.png"), icc_profile=bytes(profile))
    photo.save(here("profile.webp"), icc_profile=bytes(profile), quality=90)
    write("gamma.png", png(width, height, 8, 2, [row.tobytes() for row in pixels], chunk(b"gAMA", struct.pack(">I", 100000))))

    alpha = np.zeros((height, width), np.uint8)
    alpha[10:30, 10:40], alpha[30:35] = 255, 128
    rgba = Image.fromarray(np.dstack([pixels, alpha]), "RGBA")
    rgba.save(here("alpha_lossless.webp"), lossless=True, exact=True)
    rgba.save(here("alpha.webp"), quality=90)
    rgba.save(here("alpha.bmp"))
    gray = photo.convert("L")
    gray_alpha = gray.copy()
    gray_alpha.putalpha(Image.fromarray(alpha))
    gray_alpha.save(here("gray_alpha.png"))
    photo.save(here("transparent_color.png"), transparency=tuple(int(v) for v in pixels[0, 0]))

    photo.save(here("rgb.bmp"))
    gray.save(here("gray.bmp"))
    photo.quantize(200).save(here("palette.bmp"))
    photo.convert("1").save(here("bilevel.bmp"))
    photo.convert("1").save(here("bilevel.png"))
    photo.quantize(16).save(here("palette_4bit.png"), bits=4)
    quantized = photo.quantize(64)
    quantized.save(here("palette_transparent.png"), transparency=5)
    quantized.save(here("transparent.gif"), transparency=5)
    quantized.save(here("interlaced.gif"), interlace=1)
    write("small_frame.gif", small_gif(None))
    write("small_frame_transparent.gif", small_gif(2))
    photo.save(here("animated.webp"), save_all=True, append_images=[ImageOps.mirror(photo)], quality=90)
    random = np.random.RandomState(1)
    for name, kind, channels in (("rgb16_random.png", 2, 3), ("rgba16_random.png", 6, 4)):
        samples = random.randint(0, 65536, (9, 11, channels)).astype(">u2")
        write(name, png(11, 9, 16, kind, [row.tobytes() for row in samples]))


def as_pillow_sees(path):
    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode.startswith("I"):  # convert("RGB") would clip 16-bit grey; all of ours is 257 times an 8-bit value
        image = Image.fromarray((np.asarray(image) // 257).astype(np.uint8))
    return np.asarray(image.convert("RGB"))


def grid(array):
    """An 8 x 8 grid of samples; the C# side computes the same places."""
    height, width = array.shape[:2]
    return [array[(2 * j + 1) * height // 16, (2 * i + 1) * width // 16].tolist() for j in range(8) for i in range(8)]


def decoded():
    unreadable = ("empty", "text", "truncated", "bomb")
    for folder in (IMAGES, HERE):
        for name in sorted(os.listdir(folder)):
            if name.endswith((".png", ".jpg", ".webp", ".gif", ".bmp")) and not name.startswith(unreadable):
                pixels = as_pillow_sees(os.path.join(folder, name))
                yield {"file": f"{os.path.basename(os.path.abspath(folder))}/{name}", "width": pixels.shape[1], "height": pixels.shape[0],
                       "mean": pixels.reshape(-1, 3).mean(0).round(4).tolist(), "grid": grid(pixels)}


def pattern_image(height, width):
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([(x * (3 + c) + y * (7 - c) * 2 + ((x * y) >> (4 + c))) & 255 for c in range(3)], -1).astype(np.uint8)


def center_crops():
    """torchvision's Resize (float tensor, antialias) and CenterCrop of pattern_image, values 0 to 1."""
    for height, width, side in ((480, 640, 224), (333, 250, 224), (101, 37, 224), (420, 300, 299), (57, 900, 64), (32, 32, 32), (481, 363, 225)):
        image = torch.from_numpy(pattern_image(height, width)).permute(2, 0, 1).float() / 255
        resize = round(side / 0.875)
        image = torchvision.transforms.functional.resize(image, resize, antialias=True)
        image = torchvision.transforms.functional.center_crop(image, side)
        yield {"height": height, "width": width, "side": side, "mean": image.mean((1, 2)).tolist(),
               "grid": [[round(v, 6) for v in pixel] for pixel in grid(image.permute(1, 2, 0).numpy())]}


def presets():
    """torchvision's ImageClassification preset of pattern_image as a Pillow picture (8 bits between resize and crop)."""
    preset = torchvision.transforms._presets.ImageClassification
    kinds = torchvision.transforms.InterpolationMode
    for height, width, crop, resize, kind in ((333, 501, 224, 232, "bilinear"), (501, 333, 300, 320, "bicubic"), (97, 611, 240, 255, "bilinear"),
                                              (211, 157, 224, 224, "bicubic"), (743, 1021, 240, 256, "bicubic")):
        image = Image.fromarray(pattern_image(height, width))
        pixels = preset(crop_size=crop, resize_size=resize, interpolation=kinds(kind))(image)
        yield {"height": height, "width": width, "crop": crop, "resize": resize, "interpolation": kind, "mean": pixels.mean((1, 2)).tolist(),
               "grid": [[round(v, 5) for v in pixel] for pixel in grid(pixels.permute(1, 2, 0).numpy())]}


def reductions():
    """Pillow's bicubic reduction of pattern_image."""
    for height, width, size in ((480, 640, 100), (640, 480, 333), (90, 2000, 64)):
        scale = size / max(height, width)
        new = (round(width * scale), round(height * scale))
        pixels = np.asarray(Image.fromarray(pattern_image(height, width)).resize(new, Image.BICUBIC))
        yield {"height": height, "width": width, "size": size, "newWidth": new[0], "newHeight": new[1], "grid": grid(pixels)}


def enlarged_maps():
    """Pillow's bicubic resize of a small map to a photo's size, clamped, every value."""
    y, x = np.mgrid[0:4, 0:5]
    small = ((x * 7 + y * 3) % 11 / 10).astype(np.float32)
    for width, height in ((23, 17), (3, 2)):
        big = np.clip(np.asarray(Image.fromarray(small, "F").resize((width, height), Image.BICUBIC)), 0, 1)
        yield {"map": small.tolist(), "width": width, "height": height, "values": [round(float(v), 6) for v in big.ravel()]}


if __name__ == "__main__":
    make_files(Image.open(sys.argv[1]).convert("RGB").resize((60, 45), Image.BICUBIC))
    figures = {"decoded": list(decoded()), "centerCrops": list(center_crops()), "presets": list(presets()),
               "reductions": list(reductions()), "enlargedMaps": list(enlarged_maps())}
    with open(here("figures.json"), "w", encoding="utf-8") as file:
        parts = [f'"{name}": [\n' + ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows) + "\n]"
                 for name, rows in figures.items()]
        file.write("{\n" + ",\n".join(parts) + "\n}\n")
