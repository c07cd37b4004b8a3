"""Writes the small TorchScript files of this folder and expected.json: python3 with torch 1.13 and torchvision 0.14 (Debian 12)."""
import json
from functools import partial
from typing import Dict, List, Optional, Tuple

import torch
from torch import nn, Tensor
from torchvision.models.mobilenetv3 import InvertedResidualConfig, MobileNetV3
from torchvision.models.swin_transformer import SwinTransformer
from torchvision.models.vision_transformer import VisionTransformer


@torch.jit.script
def scaled(x: Tensor, factor: float, shift: Optional[Tensor] = None) -> Tensor:
    y = x * factor
    if shift is not None:
        y = y + shift
    return y


def parts(x: Tensor) -> Tuple[Tensor, Tensor]:
    a, b = torch.chunk(x, 2, dim=1)
    return a, b


class Gate(nn.Module):
    """A submodule that is shared, with an optional weight and an early return."""

    def __init__(self, channels: int):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(channels, 1, 1))
        self.extra: Optional[Tensor] = None
        self.limit = 2

    def forward(self, x: Tensor, deep: bool = False) -> Tensor:
        if deep:
            return torch.sigmoid(x * self.weight)
        if self.extra is not None:
            x = x + self.extra
        return torch.tanh(x * self.weight)


class Control(nn.Module):
    """Lists, tuples, dictionaries, loops, Optionals, helper functions, slices, in-place operations, a shared submodule."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.stages = nn.ModuleList([nn.Conv2d(8, 8, 3, padding=1, groups=2) for _ in range(3)])
        self.gate = Gate(8)
        self.again = self.gate
        self.register_buffer("shift", torch.rand(1, 8, 1, 1))
        self.head = nn.Linear(8, 5)
        self.names: List[str] = ["a", "b"]

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu_(self.norm(self.stem(x)))
        kept: List[Tensor] = []
        for i, stage in enumerate(self.stages):
            y = stage(x)
            y += x
            kept.append(y if i % 2 == 0 else torch.abs(y))
            x = y
        by_name: Dict[str, Tensor] = {}
        for i in range(len(self.names)):
            by_name[self.names[i]] = kept[i]
        n = 0
        while n < 2:
            x = scaled(x, 0.5, self.shift if n == 1 else None)
            n += 1
        a, b = parts(x)
        x = torch.cat([b, a], 1) + by_name["a"] - kept[-1]
        x = self.gate(x) + self.again(x, deep=True)
        assert x.dim() == 4, "four dimensions"
        height = x.shape[2]
        x = x[:, :, 1:height - 1, ::2]
        x = x.mean([2, 3])
        return self.head(x.view(x.size(0), -1))


class Block(nn.Module):
    def __init__(self, inside: int, outside: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(inside, outside, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outside)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outside, outside, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outside)
        self.downsample = nn.Sequential(nn.Conv2d(inside, outside, 1, stride, bias=False), nn.BatchNorm2d(outside)) if stride > 1 else None

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += identity
        return self.relu(out)


class TinyResNet(nn.Module):
    """The relu of a block is called twice: forward and forward1 when it is traced."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = nn.Sequential(Block(8, 8, 1), Block(8, 8, 1))
        self.layer2 = nn.Sequential(Block(8, 16, 2), Block(16, 16, 1))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(16, 5)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer2(self.layer1(x))
        return self.fc(torch.flatten(self.avgpool(x), 1))


class Constants(nn.Module):
    """Tensors that are constants of the code, sizes that are computed, several ways to pad, pool and resize."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, (3, 1), stride=(2, 1), padding=(1, 0), dilation=(1, 1))
        self.up = nn.ConvTranspose2d(6, 4, 2, 2)
        self.norm = nn.GroupNorm(2, 4)
        self.act = nn.LeakyReLU(0.2)
        self.head = nn.Linear(4, 5)

    def forward(self, x):
        x = (x - torch.tensor([0.1, 0.2, 0.3]).view(1, 3, 1, 1)) / torch.tensor(0.5)
        x = nn.functional.pad(x, [1, 2, 0, 1], mode="reflect")
        x = self.conv(x)
        x = nn.functional.avg_pool2d(x, 3, 2, 1, count_include_pad=False)
        x = nn.functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
        x = self.act(self.norm(self.up(x)))
        n, c, h, w = x.shape
        x = x.view(n, c, h * w).permute(0, 2, 1)
        attention = torch.softmax(x @ x.transpose(1, 2) / c ** 0.5, dim=-1)
        x = (attention @ x).transpose(1, 2).reshape(n, c, h, w)
        return self.head(torch.nn.functional.adaptive_max_pool2d(x, 1).flatten(1))


def models():
    yield "control", Control(), 16, ["scripted"]
    yield "resnet", TinyResNet(), 32, ["traced", "scripted", "frozen"]
    yield "constants", Constants(), 16, ["traced", "scripted"]
    config = partial(InvertedResidualConfig, width_mult=1.0)
    yield "mobilenet_v3", MobileNetV3(
        [config(8, 3, 8, 8, True, "RE", 2, 1), config(8, 5, 16, 8, True, "HS", 1, 1)], 16, num_classes=5), 32, ["traced", "scripted"]
    yield "vit", VisionTransformer(16, 4, 2, 2, 16, 32, num_classes=5), 16, ["traced", "scripted"]
    yield "swin", SwinTransformer([2, 2], 8, [2, 2], [2, 2], [4, 4], num_classes=5), 16, ["traced", "scripted"]


def picture(n: int, size: int) -> Tensor:
    """A formula that the tests have too."""
    return ((torch.arange(n * 3 * size * size) * 37 % 101).float() / 50 - 1).view(n, 3, size, size)


def filled(model):
    """Weights that every run has again."""
    torch.manual_seed(7)
    for key, tensor in model.state_dict().items():
        if tensor.is_floating_point():
            tensor.copy_(torch.rand_like(tensor) + 0.5 if key.endswith("running_var") else torch.randn_like(tensor) * 0.3)
    return model.eval()


def main():
    expected = {}
    for name, model, size, forms in models():
        filled(model)
        called = []
        for path, module in model.named_modules():
            if path:
                module.register_forward_hook(lambda module, inputs, output, path=path: called.append(path))
        x = picture(2, size)
        with torch.no_grad():
            logits = model(x)
        for _, module in model.named_modules():
            module._forward_hooks.clear()
        types = {path: type(module).__name__ for path, module in model.named_modules()}
        for form in forms:
            saved = torch.jit.trace(model, x[:1], check_trace=False) if form == "traced" else torch.jit.script(model)
            if form == "frozen":
                saved = torch.jit.freeze(saved.eval())
            saved.save(f"{name}_{form}.pt")
            expected[f"{name}_{form}"] = {
                "size": size, "logits": [[round(v, 7) for v in row] for row in logits.tolist()],
                "layers": {path: types[path] for path in sorted(set(called))} if form != "frozen" else {"Conv2d0": "Conv2d", "Linear0": "Linear"},
            }
    json.dump(expected, open("expected.json", "w"), indent=1)


if __name__ == "__main__":
    main()
