#!/usr/bin/env python3
"""Logits and maps of networks whose layers are grids of tokens: figures.json and figures.safetensors of this folder.

usage: make_figures.py FOLDER      (PyTorch 1.13, torchvision 0.14.1; FOLDER holds the make_goldens.py that tests/data/goldens was made with)

Weights, input and comparing are as there; everything is computed in float64. A layer's output and gradient are brought to [C, H, W] as
pytorch-grad-cam's reshape_transform does: the class token dropped, channels first.
"""
import json
import os
import sys

import torch
import torchvision

sys.path.insert(0, sys.argv[1])
import make_goldens as goldens

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = [
    ("vit_b_32", 224, 224, ["encoder.layers.encoder_layer_2", "encoder.layers.encoder_layer_7.mlp", "encoder.layers.encoder_layer_11.ln_1"]),
    ("vit_b_32", 160, 160, ["conv_proj", "encoder.layers.encoder_layer_5"]),
    ("swin_t", 224, 224, ["features.1", "features.5.3.attn", "permute"]),
    ("swin_t", 240, 192, ["features.0", "features.3.1", "features.7.1.norm2"]),
    ("swin_v2_t", 256, 256, ["features.3", "features.5.3.attn", "norm"]),
    ("swin_v2_t", 240, 192, ["features.1.1", "features.4", "features.7"]),
    ("convnext_tiny", 240, 192, ["features.1.2.block.3", "features.5.8.block.5", "features"]),
]


def to_map(value, shape):
    """[1, T, C], [1, H, W, C] or [1, C, H, W] to [C, H, W]."""
    if value.dim() == 3:
        return value[0, 1:].reshape(*shape, -1).permute(2, 0, 1)
    return value[0].permute(2, 0, 1) if value.shape[3] > value.shape[1] else value[0]


def scale(cam):
    cam = torch.relu(cam)
    cam = cam - cam.min()
    return cam / (cam.max() + 1e-8)


def run(architecture, height, width, layers, dtype):
    size = {"image_size": height} if architecture.startswith("vit") else {}
    model = goldens.fill(torchvision.models.get_model(architecture, weights=None, **size)).to(dtype)
    goldens.DTYPE = dtype
    x = goldens.to_input(goldens.pattern_image(height, width)).requires_grad_(True)
    outputs, named = {}, dict(model.named_modules())
    for layer in layers:
        named[layer].register_forward_hook(lambda m, i, o, layer=layer: outputs.__setitem__(layer, o))
    logits = model(x)
    cls = int(logits.argmax())
    gradients = torch.autograd.grad(logits[0, cls], [outputs[layer] for layer in layers])
    figures = {"logits": logits[0].detach()}
    for layer, gradient in zip(layers, gradients):
        grid = (height // 32, width // 32)
        a, g = to_map(outputs[layer].detach(), grid), to_map(gradient, grid)
        figures[f"GradCAM/{layer}"] = scale((g.mean((1, 2), keepdim=True) * a).sum(0))
        figures[f"LayerCAM/{layer}"] = scale((torch.relu(g) * a).sum(0))
    return cls, {name: value.float().numpy() for name, value in figures.items()}


index, tensors = {"torch": torch.__version__, "torchvision": torchvision.__version__, "cases": []}, {}
for architecture, height, width, layers in CASES:
    key = f"{architecture}/{height}x{width}"
    cls, figures = run(architecture, height, width, layers, torch.float64)
    _, single = run(architecture, height, width, layers, torch.float32)
    for name, value in figures.items():
        moved = float(abs(value - single[name]).max())
        print(key, name, list(value.shape), "max", float(value.max()), "float32 moves it by", moved, flush=True)
        assert moved <= 5e-4 * max(1, float(abs(value).max())), "too ill-conditioned to ask of anyone"
        tensors[f"{key}/{name}"] = value
    index["cases"].append({"key": key, "architecture": architecture, "input_size": [height, width], "class": cls, "layers": layers})
goldens.write_safetensors(os.path.join(HERE, "figures.safetensors"), tensors)
with open(os.path.join(HERE, "figures.json"), "w") as file:
    json.dump(index, file, indent=1)
    file.write("\n")
