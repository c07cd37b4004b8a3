#!/usr/bin/env python3
"""small.onnx: a detector of two scales in the shape that Ultralytics exports YOLOv8 in, with weights of a formula.

usage: make_small.py small.onnx          PyTorch 1.13, onnx; the formula is that of goldens/make_goldens.py (splitmix64 of the name)
"""
import sys

import numpy as np
import onnx
import torch
from torch import nn

MASK = (1 << 64) - 1


def values(name, shape):
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = ((h ^ byte) * 0x100000001B3) & MASK
    count = int(np.prod(shape))
    with np.errstate(over="ignore"):
        z = np.uint64(h) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    v = ((z >> np.uint64(40)).astype(np.float64) / float(1 << 24) * 2 - 1).reshape(shape)
    v *= np.sqrt(4 / np.prod(shape[1:])) if len(shape) > 1 else 0.1
    return torch.tensor(v.astype(np.float32))


def conv(i, o, k, s):
    return nn.Sequential(nn.Conv2d(i, o, k, s, k // 2), nn.SiLU())


class Small(nn.Module):
    def __init__(self, classes=3):
        super().__init__()
        self.fine = nn.Sequential(conv(3, 12, 3, 2), conv(12, 16, 3, 2), conv(16, 24, 3, 2))
        self.coarse = conv(24, 24, 3, 2)
        self.box = nn.ModuleList([nn.Sequential(conv(24, 12, 3, 1), nn.Conv2d(12, 4, 1)) for _ in range(2)])
        self.cls = nn.ModuleList([nn.Sequential(conv(24, 12, 3, 1), nn.Conv2d(12, classes, 1)) for _ in range(2)])
        self.classes = classes

    def forward(self, x):
        fine = self.fine(x)
        maps = [fine, self.coarse(fine)]
        raw = torch.cat([torch.cat([b(m), 6 * c(m)], 1).view(-1, 4 + self.classes, m.shape[2] * m.shape[3])
                         for m, b, c in zip(maps, self.box, self.cls)], 2)
        boxes, scores = raw.split((4, self.classes), 1)
        centres, strides = [], []
        for stride in (8, 16):
            n = 64 // stride
            y, x = torch.meshgrid(torch.arange(n) + 0.5, torch.arange(n) + 0.5)
            centres.append(torch.stack([x, y]).view(2, -1))
            strides.append(torch.full((1, n * n), float(stride)))
        centre, stride = torch.cat(centres, 1)[None], torch.cat(strides, 1)
        lt, rb = (boxes.exp() * 1.5).chunk(2, 1)
        x1, x2 = centre - lt, centre + rb
        return torch.cat([torch.cat([(x1 + x2) / 2, x2 - x1], 1) * stride, scores.sigmoid()], 1)


net = Small().eval()
with torch.no_grad():
    for name, parameter in net.named_parameters():
        parameter.copy_(values("small." + name, tuple(parameter.shape)))
torch.onnx.export(net, torch.rand(1, 3, 64, 64), sys.argv[1], opset_version=13, input_names=["images"], output_names=["output0"],
                  dynamic_axes={"images": {0: "batch"}, "output0": {0: "batch"}} if len(sys.argv) > 2 else None)
model = onnx.load(sys.argv[1])
for key, value in dict(names="{0: 'cat', 1: 'dog', 2: 'bird'}", task="detect", stride="16", imgsz="[64, 64]").items():
    entry = model.metadata_props.add()
    entry.key, entry.value = key, value
onnx.save(model, sys.argv[1])
