#!/usr/bin/env python3
"""What the bundled model says of 200 of CIFAR-10's test images a class: cifar10.bin.gz, for LabelErrorsTests.

usage: make_findings.py CIFAR10_TEST_FOLDER      needs Debian's python3-torch and python3-pil, and ../../../../shared
An image is 85 bytes: its class; the probabilities of the ten classes, little-endian, 65535 for 1; the 64 channels' means at layer3, the
highest 127.
"""
import gzip, os, sys
import numpy as np, torch, torch.nn as nn
from PIL import Image

here = os.path.dirname(os.path.abspath(__file__))
weights = os.path.join(here, "../../../../shared/models/resnet20_cifar10/state_dict.pth")


class Block(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o)
        self.conv2, self.bn2 = nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o)
        self.downsample = nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o)) if stride > 1 else nn.Identity()

    def forward(self, x):
        return (self.bn2(self.conv2(self.bn1(self.conv1(x)).relu())) + self.downsample(x)).relu()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        stage = lambda i, o, stride: nn.Sequential(Block(i, o, stride), Block(o, o, 1), Block(o, o, 1))
        self.layer1, self.layer2, self.layer3, self.fc = stage(16, 16, 1), stage(16, 32, 2), stage(32, 64, 2), nn.Linear(64, 10)


net = Net().eval()
net.load_state_dict(torch.load(weights))
with gzip.GzipFile(os.path.join(here, "cifar10.bin.gz"), "wb", mtime=0) as out, torch.no_grad():
    for number, label in enumerate(sorted(os.listdir(sys.argv[1]))):
        folder = os.path.join(sys.argv[1], label)
        x = np.stack([np.asarray(Image.open(os.path.join(folder, f)).convert("RGB")) for f in sorted(os.listdir(folder))[:200]])
        x = torch.tensor(x).permute(0, 3, 1, 2).float() / 255
        x = (x - torch.tensor([.4914, .4822, .4465]).view(1, 3, 1, 1)) / torch.tensor([.2470, .2435, .2616]).view(1, 3, 1, 1)
        features = net.layer3(net.layer2(net.layer1(net.bn1(net.conv1(x)).relu()))).mean((2, 3))
        for p, f in zip(net.fc(features).softmax(1).numpy(), features.numpy()):
            out.write(bytes([number]) + (p * 65535).round().astype("<u2").tobytes() + (f / f.max() * 127).round().astype("i1").tobytes())
