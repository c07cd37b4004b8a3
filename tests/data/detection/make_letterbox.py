#!/usr/bin/env python3
"""What a letterbox makes of a photo by OpenCV's rule for INTER_LINEAR, written out: letterbox.json, and letterbox_corner.json as YOLOX
takes photos, in the upper left corner, with fractions of their sides cut off.

Output pixel i of n lies at (i + 0.5) * photo / n - 0.5 of the photo; its two neighbours count by their distance, those beyond the edge
as the edge; nothing else counts, also where a photo is reduced. Pixels are bytes again. The photo is the pattern of shared/goldens: see pattern().

usage: make_letterbox.py OUT_DIR
"""
import json
import os
import sys

import numpy as np


def pattern(height, width):
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    return (((x * 7 + y * 13 + c * 101) ^ (x * y)) % 256).astype(np.float64)


def axis(photo, n):
    at = (np.arange(n) + 0.5) * photo / n - 0.5
    low = np.floor(at).astype(int)
    share = at - low
    return np.clip(low, 0, photo - 1), np.clip(low + 1, 0, photo - 1), share


def letterbox(photo, high, wide, corner):
    h, w = photo.shape[:2]
    r = min(high / h, wide / w)
    nh, nw = (int(h * r), int(w * r)) if corner else (int(round(h * r)), int(round(w * r)))
    a, b, s = axis(w, nw)
    across = photo[:, a] * (1 - s)[None, :, None] + photo[:, b] * s[None, :, None]
    a, b, s = axis(h, nh)
    small = across[a] * (1 - s)[:, None, None] + across[b] * s[:, None, None]
    left, top = (0, 0) if corner else (int(round((wide - nw) / 2 - 0.1)), int(round((high - nh) / 2 - 0.1)))
    out = np.full((high, wide, 3), 114.0)
    out[top:top + nh, left:left + nw] = np.floor(small + 0.5)
    return out / 255, (left, top, nw, nh)


def write(path, corner):
    cases = []
    for h, w, high, wide in ((100, 37, 64, 64), (48, 64, 64, 64), (481, 640, 64, 96), (33, 201, 64, 64), (20, 21, 64, 64), (64, 64, 64, 64)):
        made, (left, top, nw, nh) = letterbox(pattern(h, w), high, wide, corner)
        points = [(y, x) for y in range(0, high, 7) for x in range(0, wide, 5)]
        box = [left + 0.25 * nw, top + 0.5 * nh, left + nw, top + nh]  # of the input, whose place in the photo is known
        cases.append({"photo": [h, w], "input": [high, wide], "inner": [left, top, nw, nh],
                      "points": [[y, x] + [round(float(v), 7) for v in made[y, x]] for y, x in points],
                      "box": box, "inPhoto": [0.25 * w, 0.5 * h, 0.75 * w, 0.5 * h]})
    with open(path, "w") as file:
        json.dump(cases, file)


def main(out):
    write(os.path.join(out, "letterbox.json"), corner=False)
    write(os.path.join(out, "letterbox_corner.json"), corner=True)


if __name__ == "__main__":
    main(sys.argv[1])
