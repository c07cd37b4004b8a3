#!/usr/bin/env python3
"""measures.json: how much probability what heads/*.onnx find loses where its picture changes, by a map of a formula.

usage: make_measures.py measures.json      (PyTorch 1.13; the modules, their weights and the picture are those of make_heads.py)

Of a detector, the probability is that of the most certain pair of a candidate and a class, at that candidate; of a segmenter, the mean of
the class with the most places over these places. Of 4096 pixels, 256 change at each step, those of the map's highest values first.
"""
import json
import sys

import numpy as np
import torch

from make_heads import Anchored, Anchorless, QuerySet, SIDE, Segmenter, fill, picture, unit

STEPS = 16


def found(p):
    best = int(p[0].flatten().argmax())
    return best // p.shape[2], best % p.shape[2]


def main(out):
    x = picture() / 255
    map_ = torch.from_numpy((unit("measure", SIDE * SIDE) + 1) / 2).float().view(1, 1, SIDE, SIDE)
    rank = torch.empty(SIDE * SIDE, dtype=torch.long)
    rank[map_.flatten().sort(descending=True, stable=True)[1]] = torch.arange(SIDE * SIDE)
    rank = rank.view(1, 1, SIDE, SIDE)
    result = {}

    def measure(name, model, probabilities):
        fill(model).double()
        with torch.no_grad():
            p = probabilities(model, x.double())
            if p.dim() == 3:
                candidate, kind = found(p)
                at = lambda p: float(p[0, candidate, kind])
                which = {"candidate": candidate, "class": kind}
            else:
                highest = p[0].argmax(0)
                kind = int(highest.flatten().bincount().argmax())
                at = lambda p: float(p[0, kind][highest == kind].mean())
                which = {"class": kind, "places": int((highest == kind).sum())}
            of = lambda picture: at(probabilities(model, picture.double()))
            count = SIDE * SIDE // STEPS
            deletion = [of(torch.where(rank < count * s, 0 * x, x)) for s in range(STEPS + 1)]
            insertion = [of(torch.where(rank < count * s, x, 0 * x)) for s in range(STEPS + 1)]
            before, after = of(x), of(x * map_)
        result[name] = {
            **which, "probability": before, "deletion": float(np.trapz(deletion) / STEPS), "insertion": float(np.trapz(insertion) / STEPS),
            "average_drop": max(0, before - after) / before, "increase": float(after > before)}

    measure("v8", Anchorless(), lambda m, x: m(x)[:, 4:].transpose(1, 2))
    measure("v5", Anchored(), lambda m, x: (lambda y: y[..., 5:] * y[..., 4:5])(m(x)))
    measure("detr", QuerySet(4), lambda m, x: m(x)[0].softmax(-1)[..., :-1])
    measure("segment_softmax", Segmenter(4, "softmax"), lambda m, x: m(x))
    measure("segment_yes", Segmenter(1, "sigmoid"), lambda m, x: (lambda y: torch.cat((1 - y, y), 1))(m(x)))
    with open(out, "w") as file:
        json.dump(result, file, indent=1)


if __name__ == "__main__":
    main(sys.argv[1])
