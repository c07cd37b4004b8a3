"""Makes transforms.json: what Pillow makes of a pattern by the rules of timm's and transformers' transforms that no configuration here has.

python3 transforms.py
"""
import json
import math

import numpy as np
from PIL import Image

HEIGHT, WIDTH, EVERY = 97, 140, 5
NEAREST, LANCZOS, BILINEAR, BICUBIC = 0, 1, 2, 3


def pattern(height, width):
    y, x = np.mgrid[0:height, 0:width].astype(np.int64)
    return np.stack([((x * (3 + c) + y * (7 - c) * 2 + ((x * y) >> (4 + c))) & 255) for c in range(3)], -1).astype(np.uint8)


def place(image, height, width, color):
    """The middle of an image, with borders where it is smaller: torchvision's center_crop and timm's CenterCropOrPad."""
    canvas = np.empty((height, width, 3))
    canvas[:] = color
    sides = []
    for had, wanted in ((image.shape[0], height), (image.shape[1], width)):
        pad, cut = max(0, (wanted - had) // 2), max(0, int(round((had - wanted) / 2)))
        sides.append((slice(pad, pad + min(had, wanted)), slice(cut, cut + min(had, wanted))))
    (to_y, from_y), (to_x, from_x) = sides
    canvas[to_y, to_x] = image[from_y, from_x]
    return canvas


def made(resized, crop, resample, mean, std, border=False):
    """resized and crop are [height, width]."""
    image = Image.fromarray(pattern(HEIGHT, WIDTH)).resize((resized[1], resized[0]), resample)
    color = [round(255 * m) for m in mean] if border else 0
    return (place(np.asarray(image, dtype=float), crop[0], crop[1], color) / 255 - mean) / std


def timm(mode, size, share, name, resample, mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.4)):
    box = math.floor(size / share)
    if mode == "squash":
        resized = (box, box)
    elif mode == "border":
        ratio = max(HEIGHT / box, WIDTH / box)
        resized = (round(HEIGHT / ratio), round(WIDTH / ratio))
    else:
        resized = (box, int(box * WIDTH / HEIGHT))
    stated = {"input_size": [3, size, size], "crop_pct": share, "crop_mode": mode, "interpolation": name, "mean": mean, "std": std}
    config = {"architecture": "resnet18", "num_classes": 2, "pretrained_cfg": stated}
    return {"config": config}, made(resized, (size, size), resample, np.array(mean), np.array(std), mode == "border")


def processor(stated, resized, crop, factor=1 / 255, offset=0.0, mean=0.5, std=0.25, model="Some"):
    """mean and std as they are at the end."""
    config = {"architectures": [model + "ForImageClassification"]}
    bytes_ = made(resized, crop, stated["resample"], np.zeros(3), np.ones(3)) * 255
    pixels = (bytes_ * factor - offset - mean) / std
    if stated.get("do_flip_channel_order"):
        pixels = pixels[..., ::-1]
    return {"config": config, "preprocessor_config": {"image_mean": [mean] * 3, "image_std": [std] * 3, **stated}}, pixels


CASES = {
    "squash, all of it": timm("squash", 48, 1.0, "bicubic", BICUBIC),
    "squash, lanczos": timm("squash", 48, 0.9, "lanczos", LANCZOS),
    "squash, nearest": timm("squash", 48, 0.75, "nearest", NEAREST),
    "border": timm("border", 49, 1.0, "bilinear", BILINEAR),
    "border, cut": timm("border", 48, 0.8, "bicubic", BICUBIC),
    "center, larger than the photo": timm("center", 120, 0.875, "lanczos", LANCZOS),
    "flat, as timm wrote it once": (lambda entry: ({"config": {**entry[0]["config"].pop("pretrained_cfg"), **entry[0]["config"]}}, entry[1]))(
        timm("center", 40, 0.8, "bilinear", BILINEAR)),
    "ViTFeatureExtractor": processor({"feature_extractor_type": "ViTFeatureExtractor", "size": 40, "resample": 2}, (40, 40), (40, 40)),
    "EfficientNet of Google": processor(
        {"image_processor_type": "EfficientNetImageProcessor", "size": {"height": 44, "width": 44}, "resample": 0, "include_top": False,
         "rescale_factor": 1 / 127.5, "rescale_offset": True}, (44, 44), (44, 44), 1 / 127.5, 1.0),
    "ConvNeXt of 224": processor(
        {"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 56}, "crop_pct": 0.875, "resample": 3},
        (64, int(64 * WIDTH / HEIGHT)), (56, 56)),
    "not square": processor({"image_processor_type": "ViTImageProcessor", "size": {"height": 30, "width": 50}, "resample": 2}, (30, 50), (30, 50)),
    "blue first": processor(
        {"image_processor_type": "MobileViTFeatureExtractor", "size": 50, "crop_size": 40, "resample": 2, "do_flip_channel_order": True},
        (50, int(50 * WIDTH / HEIGHT)), (40, 40), mean=0.0, std=1.0),
    "no class, one number for all": processor(
        {"size": 56, "crop_pct": 0.875, "resample": 3, "image_mean": 0.5, "image_std": 0.25},
        (64, int(64 * WIDTH / HEIGHT)), (56, 56), model="ResNet"),
    "CLIP, with plain numbers": processor(
        {"feature_extractor_type": "CLIPFeatureExtractor", "size": 45, "crop_size": 40, "resample": 3},
        (45, int(45 * WIDTH / HEIGHT)), (40, 40)),
    "neither rescaled nor normalised": processor(
        {"image_processor_type": "BeitImageProcessor", "size": 32, "do_center_crop": False, "resample": 3, "do_rescale": False,
         "do_normalize": False}, (32, 32), (32, 32), factor=1.0, mean=0.0, std=1.0),
}

if __name__ == "__main__":
    rows = [{"name": name, **entry, "shape": [3, *pixels.shape[:2]], "every": EVERY,
             "values": [[[round(float(v), 4) for v in row] for row in plane] for plane in pixels.transpose(2, 0, 1)[:, ::EVERY, ::EVERY]]}
            for name, (entry, pixels) in CASES.items()]
    with open("transforms.json", "w") as file:
        json.dump({"height": HEIGHT, "width": WIDTH, "cases": rows}, file, separators=(",", ":"))
