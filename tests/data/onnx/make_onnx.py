"""Writes the models of ../torchscript/make_torchscript.py as ONNX, as PyTorch 1.13 exports them; expected.json there has their logits."""
import os
import sys

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "torchscript"))
import make_torchscript as made  # noqa: E402

OPSETS = {"resnet": [9, 13], "constants": [11, 16], "mobilenet_v3": [13], "vit": [14, 17], "swin": [16]}

for name, model, size, _ in made.models():
    for opset in OPSETS.get(name, []):
        torch.onnx.export(made.filled(model), made.picture(1, size), f"{name}_{opset}.onnx", input_names=["input"], output_names=["logits"],
                          opset_version=opset, dynamic_axes=None if opset == 16 else {"input": {0: "batch"}, "logits": {0: "batch"}})
