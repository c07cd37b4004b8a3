#!/usr/bin/env python3
"""Tiny detectors and segmenters whose last operations are those that exporters write, with weights by the formula of
shared/goldens/make_goldens.py, and what the Python modules themselves find: heads/*.onnx, heads/*.pt, heads.json.

usage: make_heads.py OUT_DIR        (PyTorch 1.13, onnx 1.12, nothing random, nothing downloaded)
"""
import json
import math
import os
import sys

import numpy as np
import onnx
import torch
import torch.nn as nn

SIDE = 64
NAMES = ["cat", "dog", "bird"]
MASK = (1 << 64) - 1


def unit(name, count):
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = ((h ^ byte) * 0x100000001B3) & MASK
    with np.errstate(over="ignore"):
        z = np.uint64(h) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) / float(1 << 24) * 2.0 - 1.0


def fill(module):
    with torch.no_grad():
        for name, p in module.named_parameters():
            v = unit(name, p.numel()).reshape(tuple(p.shape))
            p.copy_(torch.from_numpy(v * math.sqrt(4.0 / np.prod(p.shape[1:])) if p.dim() > 1 else 0.1 * v))
    return module.eval()


def picture(high=SIDE, wide=SIDE):
    """Bytes by a formula, [1, 3, high, wide] from 0 to 255, colours by planes."""
    i = np.arange(3 * high * wide, dtype=np.uint64)
    noise = ((i * np.uint64(2654435761)) % np.uint64(1 << 32)) >> np.uint64(24)
    return torch.from_numpy(noise.astype(np.float32)).view(1, 3, high, wide)


def conv(i, o, k=3, s=2):
    return nn.Sequential(nn.Conv2d(i, o, k, s, k // 2), nn.SiLU())


class Backbone(nn.Module):
    """Features at strides 8 and 16."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(conv(3, 8), conv(8, 12), conv(12, 16))
        self.deep = conv(16, 16)

    def forward(self, x):
        a = self.body(x)
        return [a, self.deep(a)]


def anchors():
    points, strides = [], []
    for s in (8, 16):
        n = SIDE // s
        y, x = torch.meshgrid(torch.arange(n) + 0.5, torch.arange(n) + 0.5, indexing="ij")
        points.append(torch.stack([x, y], -1).view(-1, 2))
        strides.append(torch.full((n * n, 1), float(s)))
    return torch.cat(points).t().contiguous()[None], torch.cat(strides).t().contiguous()[None]


class Anchorless(nn.Module):
    """YOLOv8's tail: distributions over distances, points, strides. end: rows, turned, masks, keypoints, angle, top, nms, ones, powered or
    None."""

    BINS = 4

    def __init__(self, nc=3, end=None):
        super().__init__()
        self.backbone, self.nc, self.end = Backbone(), nc, end
        self.box = nn.ModuleList(nn.Conv2d(16, 4 * self.BINS, 1) for _ in range(2))
        self.cls = nn.ModuleList(nn.Conv2d(16, nc, 1) for _ in range(2))
        extra = {"masks": 8, "keypoints": 6, "angle": 1}.get(end, 0)
        self.more = nn.ModuleList(nn.Conv2d(16, extra, 1) for _ in range(2)) if extra else None
        self.proto = nn.Conv2d(16, extra, 1) if end == "masks" else None
        self.register_buffer("bins", torch.arange(self.BINS, dtype=torch.float).view(1, -1, 1, 1))
        points, strides = anchors()
        self.register_buffer("points", points)
        self.register_buffer("strides", strides)

    def forward(self, x):
        features = self.backbone(x)
        maps = [torch.cat((b(f), c(f) * 6), 1) for b, c, f in zip(self.box, self.cls, features)]
        flat = torch.cat([m.view(m.shape[0], 4 * self.BINS + self.nc, -1) for m in maps], 2)
        box, cls = flat.split((4 * self.BINS, self.nc), 1)
        n, _, a = box.shape
        shares = box.view(n, 4, self.BINS, a).transpose(2, 1).softmax(1)
        far = (shares * self.bins).sum(1)
        lt, rb = far.chunk(2, 1)
        low, high = self.points - lt, self.points + rb
        corners = self.end in ("top", "nms")
        box = torch.cat((low, high) if corners else ((low + high) / 2, high - low), 1) * self.strides
        if self.end == "ones":  # YOLOv6's tail
            return torch.cat((box.transpose(1, 2), torch.ones(n, a, 1), cls.sigmoid().transpose(1, 2)), -1)
        y = torch.cat((box, cls.sigmoid() ** 0.8 if self.end == "powered" else cls.sigmoid()), 1)
        if self.end == "turned":
            return y.transpose(1, 2)
        if self.end == "top":
            return self.top(y.permute(0, 2, 1))
        if self.end == "nms":
            return self.nms(y.transpose(-1, -2))
        if self.more is not None:
            more = torch.cat([m(f).view(n, -1, f.shape[2] * f.shape[3]) for m, f in zip(self.more, features)], 2)
            y = torch.cat((y, more), 1)
            return (y, self.proto(features[0])) if self.proto is not None else y
        return y

    def top(self, rows, most=20):
        boxes, scores = rows.split((4, self.nc), -1)
        best = scores.amax(-1).topk(most)[1].unsqueeze(-1)
        boxes, scores = boxes.gather(1, best.repeat(1, 1, 4)), scores.gather(1, best.repeat(1, 1, self.nc))
        scores, best = scores.flatten(1).topk(most)
        batch = torch.arange(rows.shape[0])[..., None]
        return torch.cat((boxes[batch, torch.div(best, self.nc, rounding_mode="floor")], scores[..., None],
                          (best % self.nc)[..., None].float()), -1)

    def nms(self, rows):
        import torchvision
        boxes, scores = rows.split((4, self.nc), 2)
        scores, classes = scores.max(-1)
        box, score, kind = boxes[0], scores[0], classes[0]
        sure = score > 0.25
        box, score, kind = box[sure], score[sure], kind[sure]
        keep = torchvision.ops.nms(box, score, 0.45)
        return torch.cat((box[keep], score[keep].view(-1, 1), kind[keep].view(-1, 1).float()), -1)[None]


class Anchored(nn.Module):
    """YOLOv5's tail (6.x): three anchors a cell, sigmoids over everything, then boxes, scale by scale. in_place: as YOLOv7 and YOLOv5
    before 6.2 are traced, boxes are written into where the sigmoids were."""

    SIZES = torch.tensor([[[10., 13], [16, 30], [33, 23]], [[30, 61], [62, 45], [59, 119]]]) / 4

    def __init__(self, nc=3, in_place=False):
        super().__init__()
        self.backbone, self.nc, self.in_place = Backbone(), nc, in_place
        self.m = nn.ModuleList(nn.Conv2d(16, 3 * (5 + nc), 1) for _ in range(2))

    def forward(self, x):
        z = []
        for i, (m, f) in enumerate(zip(self.m, self.backbone(x))):
            f = m(f) * 3
            n, _, h, w = f.shape
            f = f.view(n, 3, 5 + self.nc, h, w).permute(0, 1, 3, 4, 2).contiguous()
            y, c = torch.meshgrid(torch.arange(SIDE // (8 << i)), torch.arange(SIDE // (8 << i)), indexing="ij")
            grid = torch.stack((c, y), 2).expand(1, 3, SIDE // (8 << i), SIDE // (8 << i), 2).float() - 0.5
            if self.in_place:
                y = f.sigmoid()
                y[..., 0:2] = (y[..., 0:2] * 2 + grid) * (8 << i)
                y[..., 2:4] = (y[..., 2:4] * 2) ** 2 * self.SIZES[i].view(1, 3, 1, 1, 2)
                z.append(y.view(n, -1, 5 + self.nc))
                continue
            xy, wh, conf = f.sigmoid().split((2, 2, self.nc + 1), 4)
            xy = (xy * 2 + grid) * (8 << i)
            wh = (wh * 2) ** 2 * self.SIZES[i].view(1, 3, 1, 1, 2)
            z.append(torch.cat((xy, wh, conf), 4).view(n, -1, 5 + self.nc))
        return torch.cat(z, 1)


class Decoupled(nn.Module):
    """YOLOX's tail: boxes, objectness and classes of layers of their own; decoded or not."""

    def __init__(self, nc=3, decodes=False):
        super().__init__()
        self.backbone, self.decodes = Backbone(), decodes
        self.reg = nn.ModuleList(nn.Conv2d(16, 4, 1) for _ in range(2))
        self.obj = nn.ModuleList(nn.Conv2d(16, 1, 1) for _ in range(2))
        self.cls = nn.ModuleList(nn.Conv2d(16, nc, 1) for _ in range(2))

    def decode(self, out):
        points, strides = anchors()
        points, strides = (points - 0.5).transpose(1, 2), strides.transpose(1, 2)
        return torch.cat(((out[..., 0:2] + points) * strides, torch.exp(out[..., 2:4]) * strides, out[..., 4:]), -1)

    def forward(self, x, decodes=None):
        out = [torch.cat([r(f / 255), o(f / 32).sigmoid(), c(f / 32).sigmoid()], 1)
               for r, o, c, f in zip(self.reg, self.obj, self.cls, self.backbone(x))]
        out = torch.cat([o.flatten(start_dim=2) for o in out], 2).permute(0, 2, 1)
        return self.decode(out) if (self.decodes if decodes is None else decodes) else out


class QuerySet(nn.Module):
    """DETR's tail: a decoder layer over a few queries; classes and nothing, boxes as parts of the picture."""

    def __init__(self, outputs, one_table=False):
        super().__init__()
        self.backbone, self.one_table = Backbone(), one_table
        self.query_weight = nn.Parameter(torch.zeros(6, 16))
        self.q, self.k, self.v = (nn.Linear(16, 16) for _ in range(3))
        self.classes = nn.Linear(16, outputs)
        self.boxes = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 4))

    def forward(self, x):
        f = self.backbone(x)[1].flatten(2).transpose(1, 2)
        q = self.q(self.query_weight)[None]
        attention = (q @ self.k(f).transpose(1, 2) * 3).softmax(-1) @ self.v(f) + self.query_weight[None] * 2
        logits, boxes = self.classes(attention) * 3, self.boxes(attention).sigmoid()
        return torch.cat((boxes, logits.sigmoid()), -1) if self.one_table else (logits, boxes)


class ChosenQueries(nn.Module):
    """RT-DETR's tail (Zhao et al. 2023, arXiv 2304.08069), as transformers exports it: the places with the highest scores are the queries,
    which look at points around their boxes in the maps of both scales. Nothing is detached: a file does not say so of anything."""

    HEADS, POINTS, MOST = 2, 2, 6

    def __init__(self, nc=3):
        super().__init__()
        self.backbone = Backbone()
        self.project = nn.ModuleList(nn.Conv2d(16, 16, 1) for _ in range(2))
        self.enc_score, self.enc_box, self.score, self.box = nn.Linear(16, nc), nn.Linear(16, 4), nn.Linear(16, nc), nn.Linear(16, 4)
        self.value, self.out = nn.Linear(16, 16), nn.Linear(16, 16)
        self.offsets, self.weights = nn.Linear(16, self.HEADS * 2 * self.POINTS * 2), nn.Linear(16, self.HEADS * 2 * self.POINTS)
        points, strides = anchors()
        centres = (points * strides / SIDE).transpose(1, 2)
        where = torch.cat((centres, torch.full_like(centres, 0.2)), -1)
        self.register_buffer("places", torch.log(where / (1 - where)))

    def deformable(self, q, ref, memory, shapes):
        n, k, h, p = q.shape[0], self.MOST, self.HEADS, self.POINTS
        value = self.value(memory).reshape(n, memory.shape[1], h, 16 // h)
        offsets = self.offsets(q).view(n, k, h, 2, p, 2)
        weights = self.weights(q).view(n, k, h, 2 * p).softmax(-1)
        at = ref[:, :, None, None, None, :2] + offsets / p * ref[:, :, None, None, None, 2:] * 0.5
        grids, taken = 2 * at - 1, []
        for i, (v, (high, wide)) in enumerate(zip(value.split([a * b for a, b in shapes], dim=1), shapes)):
            v = v.flatten(2).transpose(1, 2).reshape(n * h, 16 // h, high, wide)
            grid = grids[:, :, :, i].transpose(1, 2).flatten(0, 1)
            taken.append(nn.functional.grid_sample(v, grid, mode="bilinear", padding_mode="zeros", align_corners=False))
        weights = weights.transpose(1, 2).reshape(n * h, 1, k, 2 * p)
        taken = torch.stack(taken, dim=-2).flatten(-2)
        return self.out((taken * weights).sum(-1).view(n, 16, k).transpose(1, 2))

    def forward(self, x):
        maps = [p(f) for p, f in zip(self.project, self.backbone(x))]
        shapes = [(SIDE // s, SIDE // s) for s in (8, 16)]
        memory = torch.cat([m.flatten(2).transpose(1, 2) for m in maps], 1)
        scores, boxes = self.enc_score(memory), self.enc_box(memory) + self.places
        _, best = torch.topk(scores.max(-1).values, self.MOST, dim=1)
        ref = boxes.gather(dim=1, index=best.unsqueeze(-1).repeat(1, 1, boxes.shape[-1]))
        query = memory.gather(dim=1, index=best.unsqueeze(-1).repeat(1, 1, memory.shape[-1]))
        query = query + self.deformable(query, ref.sigmoid(), memory, shapes) * 4
        return self.score(query) * 2, (self.box(query) + ref).sigmoid()


class Segmenter(nn.Module):
    def __init__(self, nc, end):
        super().__init__()
        self.backbone, self.end = Backbone(), end
        self.head = nn.Conv2d(16, nc, 1)

    def forward(self, x):
        y = nn.functional.interpolate(self.head(self.backbone(x)[0]) * 4, size=(SIDE, SIDE), mode="bilinear", align_corners=False)
        return {"softmax": lambda: y.softmax(1), "sigmoid": lambda: y.sigmoid(), "argmax": lambda: y.argmax(1),
                "scores": lambda: y}[self.end]()


def corners(boxes):
    return torch.cat((boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2), 1)


def surest(boxes, probabilities, most=15):
    """The most certain pairs of a box and a class, corners in pixels of the input."""
    nc = probabilities.shape[1]
    values, order = probabilities.flatten().sort(descending=True)
    return [{"box": [round(float(v), 5) for v in boxes[int(i) // nc]], "score": round(float(p), 7), "class": int(i) % nc}
            for p, i in zip(values[:most], order[:most])]


def layercams(model, x, layers, scores, found):
    """Of the surest detection at each scale: its class, and LayerCAM of its class's logit at what the heads of that scale read."""
    kept = {}
    hooks = [layer.register_forward_hook(lambda m, i, o, k=k: kept.__setitem__(k, o)) for k, layer in enumerate(layers)]
    with torch.enable_grad():
        logits = scores(model, x)
    for hook in hooks:
        hook.remove()
    maps, first = [], 0
    for k, of_scale in enumerate(logits):
        p = found[first:first + len(of_scale)]
        candidate, kind = divmod(int(p.argmax()), p.shape[1])
        with torch.enable_grad():
            g, = torch.autograd.grad(of_scale[candidate, kind], kept[k], retain_graph=True)
        cam = (g.relu() * kept[k]).sum(1)[0].relu()
        maps.append({"candidate": first + candidate, "class": kind, "logit": round(float(of_scale[candidate, kind]), 5),
                     "map": [round(float(v), 5) for v in (cam / cam.max()).flatten()]})
        first += len(of_scale)
    return maps


def layercams_of_query(model, x):
    """LayerCAM at both maps, of the surest query's class for which something speaks in both."""
    kept = []
    hooks = [layer.register_forward_hook(lambda m, i, o: kept.append(o)) for layer in (model.backbone.body, model.backbone.deep)]
    with torch.enable_grad():
        logits = model(x)[0][0]
    for hook in hooks:
        hook.remove()
    for best in logits.flatten().argsort(descending=True).tolist():
        candidate, kind = divmod(best, logits.shape[1])
        with torch.enable_grad():
            gradients = torch.autograd.grad(logits[candidate, kind], kept, retain_graph=True)
        cams = [(g.relu() * a).sum(1)[0].relu() for g, a in zip(gradients, kept)]
        if all((cam > 0).sum() > 3 for cam in cams):
            return [{"candidate": candidate, "class": kind, "logit": round(float(logits[candidate, kind]), 5),
                     "map": [round(float(v), 5) for v in (cam / cam.max()).flatten()]} for cam in cams]


def main(out):
    os.makedirs(os.path.join(out, "heads"), exist_ok=True)
    ultralytics = {"names": str(dict(enumerate(NAMES))), "task": "detect", "stride": "16", "imgsz": f"[{SIDE}, {SIDE}]"}
    v5 = {"stride": "16", "names": str(NAMES)}
    found = {}

    def save(name, model, metadata, expected, outputs=("output0",), white=255.0, script=False, onnx_too=True, size=(SIDE, SIDE), opset=13):
        fill(model)
        x = picture(*size) / white
        with torch.no_grad():
            y = model(x)
            found[name] = expected(model, x, y)
            path = os.path.join(out, "heads", name)
            if onnx_too:
                torch.onnx.export(model, x, path + ".onnx", opset_version=opset, input_names=["images"], output_names=list(outputs))
            if script:
                config = dict(metadata)
                if "task" not in config:
                    config["shape"] = [1, 3, SIDE, SIDE]
                torch.jit.trace(model, x).save(path + ".pt", _extra_files={"config.txt": json.dumps(config)})
        if not onnx_too:
            return
        file = onnx.load(path + ".onnx")
        for key, value in metadata.items():
            entry = file.metadata_props.add()
            entry.key, entry.value = key, value
        onnx.save(file, path + ".onnx")

    def logits_of(model, x):
        if isinstance(model, Anchored):
            maps = [m(f) * 3 for m, f in zip(model.m, model.backbone(x))]
            return [m.view(3, 5 + model.nc, -1).transpose(1, 2).reshape(-1, 5 + model.nc)[:, 5:] for m in maps]
        return [c(f).flatten(2)[0].t() * 6 for c, f in zip(model.cls, model.backbone(x))]

    def cams(model, x, probabilities):
        return {"cams": layercams(model, x, [model.backbone.body, model.backbone.deep], logits_of, probabilities)}

    def sides(model, x, y):
        y = (y[0] if isinstance(y, tuple) else y)[0]
        y = y.t() if y.shape[0] < y.shape[1] else y
        return {"found": surest(corners(y[:, :4]), y[:, 4:7])}

    def objects(model, x, y):
        y = model(x, decodes=True) if isinstance(model, Decoupled) else y
        return {"found": surest(corners(y[0, :, :4]), y[0, :, 5:] * y[0, :, 4:5])}

    def chosen(model, x, y):
        return {"found": [{"box": [round(float(v), 5) for v in row[:4]], "score": round(float(row[4]), 7), "class": int(row[5])}
                          for row in y[0][:15]]}

    def queries(model, x, y):
        logits, boxes = y
        p = logits[0].softmax(-1)[:, :-1] if logits.shape[-1] == 4 else logits[0].sigmoid()
        high, wide = x.shape[2:]
        return {"found": surest(corners(boxes[0]) * torch.tensor([wide, high, wide, high]), p)}

    def places(model, x, y):
        logits = (model.head(model.backbone(x)[0]) * 4)
        logits = nn.functional.interpolate(logits, size=(SIDE, SIDE), mode="bilinear", align_corners=False)[0]
        return {"places": [[c, r, k, round(float(logits[c, r, k]), 6)] for c in range(logits.shape[0])
                           for r, k in ((0, 0), (13, 50), (40, 7), (63, 63))]}

    save("v8", Anchorless(), ultralytics, lambda m, x, y: {**sides(m, x, y), **cams(m, x, y[0, 4:].t())}, script=True)
    save("v8_turned", Anchorless(end="turned"), ultralytics, sides)
    save("v8_one", Anchorless(nc=1), {**ultralytics, "names": "{0: 'cat'}"},
         lambda m, x, y: {"found": surest(corners(y[0].t()[:, :4]), y[0].t()[:, 4:])})
    save("v8_plain", Anchorless(), {}, sides)
    save("v8_masks", Anchorless(end="masks"), {**ultralytics, "task": "segment"}, sides, ("output0", "output1"))
    save("v8_keypoints", Anchorless(end="keypoints"), {**ultralytics, "task": "pose", "kpt_shape": "[2, 3]"}, sides)
    save("v8_angle", Anchorless(end="angle"), {**ultralytics, "task": "obb"}, sides)
    save("v8_lies", Anchorless(), {**ultralytics, "names": "{0: 'a', 1: 'b', 2: 'c', 3: 'd', 4: 'e'}"}, sides)
    save("v8_powered", Anchorless(end="powered"), ultralytics, sides)
    save("v6", Anchorless(end="ones"), {}, lambda m, x, y: {"found": surest(corners(y[0, :, :4]), y[0, :, 5:])})
    save("v10", Anchorless(end="top"), ultralytics, chosen, script=True)
    save("v8_nms", Anchorless(end="nms"), ultralytics, chosen)
    anchored = lambda m, x, y: {**objects(m, x, y), **cams(m, x, y[0, :, 5:] * y[0, :, 4:5])}
    save("v5", Anchored(), v5, anchored, script=True)
    save("v5_in_place", Anchored(in_place=True), v5, anchored, script=True, onnx_too=False)
    save("yolox", Decoupled(), {}, objects, ("output",), white=1.0)
    save("yolox_decoded", Decoupled(decodes=True), {}, objects, ("output",), white=1.0)
    save("detr", QuerySet(4), {}, queries, ("logits", "pred_boxes"))
    save("detr_wide", QuerySet(4), {}, queries, ("logits", "pred_boxes"), size=(48, 80))
    save("detr_sigmoid", QuerySet(3), {}, queries, ("logits", "pred_boxes"))
    save("rtdetr_chosen", ChosenQueries(), {}, lambda m, x, y: {**queries(m, x, y), "cams": layercams_of_query(m, x)},
         ("logits", "pred_boxes"), opset=16)
    save("rtdetr", QuerySet(3, one_table=True), ultralytics,
         lambda m, x, y: {"found": surest(corners(y[0, :, :4]) * SIDE, y[0, :, 4:])})
    save("segment_softmax", Segmenter(4, "softmax"), {}, places, ("out",))
    save("segment_argmax", Segmenter(4, "argmax"), {}, places, ("out",), script=True)
    save("segment_yes", Segmenter(1, "sigmoid"), {}, places, ("mask",))
    save("segment_scores", Segmenter(4, "scores"), {}, places, ("out",))
    with open(os.path.join(out, "heads.json"), "w") as file:
        json.dump(found, file, indent=0)


if __name__ == "__main__":
    main(sys.argv[1])
