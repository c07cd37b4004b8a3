"""Writes the bundled ResNet-20 (its weights as safetensors) in the forms in which others keep a whole model: TorchScript and ONNX.

Run with PyTorch 1.13: python3 make_forms.py PATH/resnet20-cifar10.safetensors
"""
import json
import struct
import sys

import numpy
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, channels, out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.downsample = None
        if stride != 1 or channels != out:
            self.downsample = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        if self.downsample is not None:
            x = self.downsample(x)
        y += x
        return self.relu(y)


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.relu = nn.ReLU(inplace=True)
        self.layer1 = nn.Sequential(Block(16, 16, 1), Block(16, 16, 1), Block(16, 16, 1))
        self.layer2 = nn.Sequential(Block(16, 32, 2), Block(32, 32, 1), Block(32, 32, 1))
        self.layer3 = nn.Sequential(Block(32, 64, 2), Block(64, 64, 1), Block(64, 64, 1))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(64, 10)

    def forward(self, x):
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.avgpool(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(x, 1))


def read(path):
    data = open(path, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            kind = {"F32": numpy.float32, "F16": numpy.float16, "I64": numpy.int64}[entry["dtype"]]
            values = numpy.frombuffer(data[8 + length + start:8 + length + end], kind).reshape(entry["shape"])
            yield name, torch.from_numpy(values.astype(numpy.float32))


model = ResNet20()
print(model.load_state_dict(dict(read(sys.argv[1])), strict=False))
model.eval()
picture = torch.zeros(1, 3, 32, 32)
torch.jit.save(torch.jit.trace(model, picture), "resnet20_traced.pt")
# With its batch norms, which the exporter folds otherwise.
torch.onnx.export(model, picture, "resnet20.onnx", input_names=["input"], output_names=["logits"], training=torch.onnx.TrainingMode.PRESERVE,
                  opset_version=13, dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}})
