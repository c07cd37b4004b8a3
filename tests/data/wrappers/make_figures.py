#!/usr/bin/env python3
"""Maps of FinerCAM, RefineCAM, FullGrad and the smoothings: figures.json and figures.safetensors of this folder.

usage: make_figures.py FOLDER      (PyTorch 1.13, torchvision 0.14.1; FOLDER holds the make_goldens.py that tests/data/goldens was made with)

Weights, input and comparing are as there; everything is computed in float64, as pytorch-grad-cam (main, 2026-06) has it, but resized with
torch (bilinear, align_corners=False), and every class is named, so that an augmented view explains the class of the plain picture.
"""
import json
import os
import sys

import torch
import torch.nn.functional as F
import torchvision

sys.path.insert(0, sys.argv[1])
import make_goldens as goldens

HERE = os.path.dirname(os.path.abspath(__file__))
# architecture, class (None: the predicted one), layers
CASES = [
    ("resnet18", None, ["layer2", "layer3", "layer4"]),
    ("resnet18", 17, ["layer3", "layer4"]),
    ("vgg11", None, ["features.10", "features.19"]),
    ("densenet121", 281, ["features.denseblock2", "features"]),
    ("mobilenet_v2", None, ["features.6", "features.18"]),
]


def scale(cam, eps=1e-8):
    cam = cam - cam.amin((-2, -1), keepdim=True)
    return cam / (cam.amax((-2, -1), keepdim=True) + eps)


def resize(cam, size):
    return F.interpolate(cam.reshape(1, -1, *cam.shape[-2:]), size=size, mode="bilinear", align_corners=False)[0]


def principal(weighted):
    """The first principal component of the places, with the sign that agrees with the mean place."""
    places = weighted.flatten(1).T
    mean = places.mean(0, keepdim=True)
    first = torch.linalg.svd(places - mean, full_matrices=False)[2][0]
    first = -first if float(mean @ first) < 0 else first
    return ((places - mean) @ first).reshape(weighted.shape[1:])


class Seen:
    """A model's outputs at some modules; those of the biased ones are passed on as copies, so that no in-place ReLU writes over them."""

    def __init__(self, model, names, biased):
        self.model, self.outputs = model, {}
        for name, module in model.named_modules():
            if isinstance(module, torch.nn.ReLU):
                module.inplace = False
            if name in names:
                module.register_forward_hook(lambda m, i, o, name=name: self.keep(name, o, name in biased))

    def keep(self, name, output, copy):
        self.outputs[name] = output
        return output.clone() if copy else None

    def __call__(self, x, score, names):
        logits = self.model(x)
        gradients = torch.autograd.grad(score(logits[0]), [x] + [self.outputs[name] for name in names])
        return gradients[0][0], {name: (self.outputs[name][0].detach(), g[0]) for name, g in zip(names, gradients[1:])}


def grad_cam(a, g, merge):
    return torch.relu(merge(g.mean((1, 2), keepdim=True) * a))


def layer_cam(a, g, merge):
    return torch.relu(merge(torch.relu(g) * a))


def grad_cam_pp(a, g, merge):
    alpha = g ** 2 / (2 * g ** 2 + a.sum((1, 2), keepdim=True) * g ** 3 + 1e-6)
    return torch.relu(merge((alpha * torch.relu(g)).sum((1, 2), keepdim=True) * a))


def total(weighted):
    return weighted.sum(0)


def bias_of(module):
    if isinstance(module, torch.nn.BatchNorm2d):
        return module.bias - module.running_mean * module.weight / torch.sqrt(module.running_var + module.eps)
    return module.bias


def full_grad(seen, x, score, biased):
    gradient, rest = seen(x, score, list(biased))
    parts = [scale((gradient * x[0]).abs().detach(), 1e-7)]
    for name, (_, g) in rest.items():
        contributions = scale((bias_of(biased[name]).detach()[:, None, None] * g).abs(), 1e-7)
        parts.append(resize(contributions.sum(0, keepdim=True), x.shape[-2:]))
    return scale(torch.cat(parts).sum(0))


def finer(logits, cls, others):
    p = torch.softmax(logits, 0)
    return sum(p[o] * (logits[cls] - logits[o]) for o in others) / (sum(p[o] for o in others) + 1e-9)


def run(architecture, cls, layers, dtype):
    model = goldens.fill(torchvision.models.get_model(architecture, weights=None)).to(dtype)
    goldens.DTYPE = dtype
    x = goldens.to_input(goldens.pattern_image(224, 224)).requires_grad_(True)
    biased = {name: m for name, m in model.named_modules()
              if isinstance(m, (torch.nn.Conv2d, torch.nn.BatchNorm2d)) and m.bias is not None}
    seen = Seen(model, set(layers) | set(biased), biased)
    logits = model(x)[0].detach()
    cls = int(logits.argmax()) if cls is None else cls
    similar = sorted((o for o in range(len(logits)) if o != cls), key=lambda o: abs(float(logits[o] - logits[cls])))[:3]

    def score(l):
        return l[cls]

    figures = {}
    plain = seen(x, score, layers)[1]
    against = seen(x, lambda l: finer(l, cls, similar), layers)[1]
    against_two = seen(x, lambda l: finer(l, cls, [3, 5]), layers)[1]
    for layer in layers:
        figures[f"FinerCAM/{layer}"] = scale(grad_cam(*against[layer], total))
        figures[f"FinerCAM 3 5/{layer}"] = scale(grad_cam(*against_two[layer], total))
        figures[f"GradCAM eigen/{layer}"] = scale(grad_cam(*plain[layer], principal))
        figures[f"LayerCAM eigen/{layer}"] = scale(layer_cam(*plain[layer], principal))
        views = []
        for flipped in (False, True):
            for factor in (0.9, 1, 1.1):
                view = (x.detach().flip(3) if flipped else x.detach()) * factor
                cam = scale(grad_cam(*seen(view.requires_grad_(True), score, [layer])[1][layer], total))
                views.append(cam.flip(1) if flipped else cam)
        figures[f"GradCAM aug/{layer}"] = torch.stack(views).mean(0)
    refined = [scale(resize(scale(grad_cam_pp(*plain[layer], total)), (224, 224))[0]) for layer in layers]
    figures["RefineCAM/fused"] = scale(torch.stack(refined).prod(0))[::4, ::4]
    figures["FullGrad/input"] = full_grad(seen, x, score, biased)[::4, ::4]
    return cls, similar, {name: value.detach() for name, value in figures.items()}


def main():
    cases, tensors, dropped = [], {}, []
    for architecture, asked, layers in CASES:
        cls, similar, wide = run(architecture, asked, layers, torch.float64)
        narrow = run(architecture, asked, layers, torch.float32)[2]
        kept = []
        for name, value in wide.items():
            moved = float((value - narrow[name].double()).abs().max())
            if moved > 5e-4:
                dropped.append([architecture, cls, name, moved])
                continue
            kept.append(name)
            tensors[f"{architecture}/{cls}/{name}"] = value.float().contiguous().numpy()
        cases.append({"key": f"{architecture}/{cls}", "architecture": architecture, "class": cls, "layers": layers, "similar": similar, "figures": kept})
    goldens.write_safetensors(os.path.join(HERE, "figures.safetensors"), tensors)
    with open(os.path.join(HERE, "figures.json"), "w") as f:
        json.dump({"cases": cases, "dropped as ill-conditioned (float32 against float64)": dropped}, f, indent=1)
        f.write("\n")
    print(len(tensors), "figures; dropped", dropped)


main()
