#!/usr/bin/env python3
"""maps.json: maps of what heads/v8.onnx and heads/v5.onnx are most certain of, by the formulas of two papers.

usage: make_maps.py maps.json      (PyTorch 1.13; the modules, their weights and the picture are those of make_heads.py)

D-RISE (arXiv 2006.03204): of 64 masks of RISE's kind, each weighted by how much the thing is still found under it, the highest of
overlap × cosine × objectness over all candidates, the sum; then from 0 to 1. A detector without objectness has its candidate's highest
probability in its place. Every fourth row and column is kept.
ODAM (arXiv 2304.06354): ReLU of the sum over channels of the features times their gradient, which a Gaussian of σ 1 over 5 × 5 places has
smoothed; then from 0 to 1. At the layers that both heads of v8 read.
"""
import json
import sys

import torch
import torch.nn.functional as F

from make_heads import Anchored, Anchorless, SIDE, corners, fill, picture

MASKS, CELLS, SEED = 64, 7, 5


def scaled(m):
    return (m - m.min()) / (m.max() - m.min() + 1e-8)


def rounded(m):
    return [[round(float(v), 5) for v in row] for row in m]


def masks():
    generator = torch.Generator().manual_seed(SEED)
    cells = (torch.rand([MASKS, 1, CELLS, CELLS], generator=generator) < 0.5).float()
    shifts = torch.rand([MASKS, 2], generator=generator)
    cell = -(-SIDE // CELLS)
    large = F.interpolate(cells, size=((CELLS + 1) * cell,) * 2, mode="bilinear", align_corners=False)
    return torch.stack([m[:, int(s[0] * cell):int(s[0] * cell) + SIDE, int(s[1] * cell):int(s[1] * cell) + SIDE]
                        for m, s in zip(large, shifts)])


def overlap(a, b):
    low, high = torch.maximum(a[:, :2], b[:2]), torch.minimum(a[:, 2:], b[2:])
    both = (high - low).clamp(min=0).prod(1)
    return both / ((a[:, 2:] - a[:, :2]).prod(1) + (b[2:] - b[:2]).prod() - both)


def drise(x, read):
    """read: corners, probabilities of the classes, certainty of each candidate."""
    boxes, p, _ = read(x)
    best = int(p.amax(1).argmax())
    box, own = boxes[best], p[best]
    total = torch.zeros(SIDE, SIDE)
    for m in masks():
        boxes, p, sure = read(x * m)
        alike = overlap(boxes, box) * F.cosine_similarity(p, own[None], dim=1) * sure
        total += alike.max() * m[0]
    return {"candidate": best, "map": rounded(scaled(total)[::4, ::4])}


def odam(x, model):
    with torch.no_grad():
        p = model(x)[0, 4:].t()
    best, kind = divmod(int(p.flatten().argmax()), p.shape[1])
    features = [f.detach().requires_grad_() for f in model.backbone(x)]
    logits = torch.cat([(c(f) * 6).flatten(2) for c, f in zip(model.cls, features)], 2)[0]
    gradients = torch.autograd.grad(logits[kind, best], features)
    line = torch.exp(-torch.arange(-2.0, 3) ** 2 / 2)
    kernel = torch.outer(line, line) / line.sum() ** 2
    maps = []
    for f, g in zip(features, gradients):
        smooth = F.conv2d(g.transpose(0, 1), kernel[None, None], padding=2).transpose(0, 1)
        maps.append(rounded(scaled(F.relu((smooth * f).sum(1))[0].detach())))
    return {"candidate": best, "class": kind, "maps": maps}


def main(out):
    x = picture() / 255
    v8, v5 = fill(Anchorless()), fill(Anchored())

    def of_v8(x):
        y = v8(x)[0].t()
        return corners(y[:, :4]), y[:, 4:], y[:, 4:].amax(1)

    def of_v5(x):
        y = v5(x)[0]
        return corners(y[:, :4]), y[:, 5:] * y[:, 4:5], y[:, 4]

    with torch.no_grad():
        result = {"v8": drise(x, of_v8), "v5": drise(x, of_v5)}
    result["odam"] = odam(x, v8)
    with open(out, "w") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main(sys.argv[1])
