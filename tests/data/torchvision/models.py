"""The small networks of this folder, of torchvision's own classes, with weights from the formula of ../../../../shared/goldens."""
import math
from collections import OrderedDict

import numpy as np
import torch
from torch import nn
from torchvision.models import mobilenetv3
from torchvision.models._utils import IntermediateLayerGetter
from torchvision.models.detection import FCOS, FasterRCNN, RetinaNet, _utils
from torchvision.models.detection.anchor_utils import AnchorGenerator, DefaultBoxGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.rpn import RPNHead
from torchvision.models.detection.ssd import SSD
from torchvision.models.detection.ssdlite import SSDLiteFeatureExtractorMobileNet, SSDLiteHead
from torchvision.models.segmentation.deeplabv3 import ASPP, DeepLabV3
from torchvision.models.segmentation.fcn import FCN, FCNHead
from torchvision.models.segmentation.lraspp import LRASPP
from torchvision.ops import MultiScaleRoIAlign
from torchvision.ops.feature_pyramid_network import LastLevelMaxPool

GAMMA, MASK = 0x9E3779B97F4A7C15, (1 << 64) - 1
CLASSES = 5
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def units(name: str, count: int) -> np.ndarray:
    """Numbers in [-1, 1): splitmix64, started with fnv1a64 of the name."""
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = ((h ^ byte) * 0x100000001B3) & MASK
    with np.errstate(over="ignore"):
        z = np.uint64(h) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(GAMMA)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) / float(1 << 24) * 2 - 1


def formula(name: str, shape) -> np.ndarray:
    v = units(name, int(np.prod(shape, dtype=np.int64)) if len(shape) else 1).reshape(shape)
    if name.endswith("running_var"):
        return 1 + 0.5 * v
    if name.endswith("weight") and len(shape) >= 2:
        return v * math.sqrt(4.0 / np.prod(shape[1:]))
    return 0.8 + 0.2 * v if name.endswith("weight") else 0.1 * v


def filled(model: nn.Module) -> nn.Module:
    state = model.state_dict()
    for name, tensor in state.items():
        if tensor.is_floating_point():
            # Of so few bits that the files can be packed.
            state[name] = torch.from_numpy(formula(name, tuple(tensor.shape)).astype(np.float32)).bfloat16().float()
    model.load_state_dict(state)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    return model.eval()


def picture(height: int, width: int, variant: int = 0) -> torch.Tensor:
    """[3, height, width] in 0..1: the bytes of goldens' pattern_image, integer arithmetic only."""
    y, x = np.mgrid[0:height, 0:width].astype(np.int64)
    planes = [((x * (3 + c) + y * (7 - c) * 2 + ((x * y) >> (4 + c)) + 37 * variant * (c + 1)) & 255) for c in range(3)]
    return torch.from_numpy(np.stack(planes).astype(np.float32)) / 255


def unit(inside: int, outside: int, stride: int = 2, dilation: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inside, outside, 3, stride, dilation, dilation, bias=False), nn.BatchNorm2d(outside), nn.ReLU(inplace=True))


class Body(nn.Module):
    """Four layers of strides 4, 8, 16 and 32, as a ResNet has them."""

    def __init__(self, widths=(12, 16, 20, 24), strides=(2, 2, 2, 2)):
        super().__init__()
        self.stem = unit(3, 8)
        inside = 8
        for i, (width, stride) in enumerate(zip(widths, strides)):
            setattr(self, f"layer{i + 1}", nn.Sequential(unit(inside, width, stride), unit(width, width, 1)))
            inside = width

    def forward(self, x):
        return self.layer4(self.layer3(self.layer2(self.layer1(self.stem(x)))))


def pyramid(first: int, width: int = 16) -> BackboneWithFPN:
    names = [f"layer{i}" for i in range(first, 5)]
    widths = [12, 16, 20, 24][first - 1:]
    return BackboneWithFPN(Body(), {name: str(i) for i, name in enumerate(names)}, widths, width, LastLevelMaxPool())


class SsdBody(Body):
    """Maps of strides 8, 16, 32, as SSD's VGG gives them."""

    def __init__(self):
        super().__init__()
        self.out_channels = [16, 20, 24]

    def forward(self, x):
        x = self.layer2(self.layer1(self.stem(x)))
        y = self.layer3(x)
        return OrderedDict([("0", x), ("1", y), ("2", self.layer4(y))])


def detectors():
    """Name, network, input size."""
    yield "ssd", SSD(SsdBody(), DefaultBoxGenerator([[2], [2, 3], [2]], scales=[0.1, 0.3, 0.6, 0.9], steps=[8, 16, 32]), (96, 96), CLASSES,
                     image_mean=MEAN, image_std=[1 / 255.0] * 3, score_thresh=0.85, nms_thresh=0.45, detections_per_img=100), (96, 96)
    def norm(channels):
        return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.03)

    mobile = mobilenetv3.mobilenet_v3_small(width_mult=0.25, reduced_tail=True, norm_layer=norm).features
    stages = [0] + [i for i, block in enumerate(mobile) if getattr(block, "_is_cn", False)] + [len(mobile) - 1]
    backbone = SSDLiteFeatureExtractorMobileNet(mobile, stages[-2], norm, width_mult=0.1)
    anchors = DefaultBoxGenerator([[2, 3] for _ in range(6)], min_ratio=0.2, max_ratio=0.95)
    channels = _utils.retrieve_out_channels(backbone, (160, 160))
    head = SSDLiteHead(channels, anchors.num_anchors_per_location(), CLASSES, norm)
    yield "ssdlite", SSD(backbone, anchors, (160, 160), CLASSES, head=head, image_mean=[0.5] * 3, image_std=[0.5] * 3, score_thresh=0.9,
                         nms_thresh=0.55, detections_per_img=100), (120, 160)
    sizes = AnchorGenerator(tuple((s, int(s * 1.26), int(s * 1.59)) for s in (16, 32, 64)), ((0.5, 1.0, 2.0),) * 3)
    yield "retinanet", RetinaNet(pyramid(3), CLASSES, min_size=96, max_size=160, anchor_generator=sizes, score_thresh=0.7,
                                 nms_thresh=0.5, detections_per_img=100), (80, 112)
    single = AnchorGenerator(((8,), (16,), (32,)), ((1.0,),) * 3)
    yield "fcos", FCOS(pyramid(3, 32), CLASSES, min_size=96, max_size=160, anchor_generator=single, score_thresh=0.55, nms_thresh=0.6,
                       detections_per_img=100), (96, 128)
    rpn = AnchorGenerator(((16,), (32,), (64,)), ((0.5, 1.0, 2.0),) * 3)
    yield "fasterrcnn", FasterRCNN(
        pyramid(3), None, min_size=96, max_size=160, rpn_anchor_generator=rpn, rpn_head=RPNHead(16, 3),
        box_roi_pool=MultiScaleRoIAlign(["0", "1"], 5, 2), box_head=TwoMLPHead(16 * 25, 32), box_predictor=FastRCNNPredictor(32, CLASSES),
        rpn_pre_nms_top_n_test=40, rpn_post_nms_top_n_test=20, box_score_thresh=0.3, box_nms_thresh=0.5, box_detections_per_img=100), (96, 128)


class DeepLabHead(nn.Sequential):
    """torchvision's with fewer channels."""

    def __init__(self, inside: int, width: int):
        super().__init__(ASPP(inside, [2, 4, 6], width), nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
                         nn.Conv2d(width, CLASSES, 1))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1, self.down2, self.middle = unit(3, 8, 1), unit(8, 16, 1), unit(16, 24, 1)
        self.pool = nn.MaxPool2d(2)
        self.up2, self.up1 = nn.ConvTranspose2d(24, 16, 2, 2), nn.ConvTranspose2d(16, 8, 2, 2)
        self.join2, self.join1 = unit(32, 16, 1), unit(16, 8, 1)
        self.last = nn.Conv2d(8, CLASSES, 1)

    def forward(self, x):
        a = self.down1(x)
        b = self.down2(self.pool(a))
        x = self.middle(self.pool(b))
        x = self.join2(torch.cat([b, self.up2(x)], 1))
        return self.last(self.join1(torch.cat([a, self.up1(x)], 1)))


def segmenters():
    """Name, network, input size."""
    def body(layers):
        return IntermediateLayerGetter(Body(strides=(2, 2, 1, 1)), layers)

    both = {"layer4": "out", "layer3": "aux"}
    yield "deeplabv3", DeepLabV3(body(both), DeepLabHead(24, 12), FCNHead(20, CLASSES)), (96, 96)
    yield "fcn", FCN(body(both), FCNHead(24, CLASSES), FCNHead(20, CLASSES)), (64, 96)
    yield "lraspp", LRASPP(body({"layer2": "low", "layer4": "high"}), 16, 24, CLASSES, 16), (96, 96)
    yield "unet", UNet(), (64, 64)


def fitted(model: nn.Module, x, outputs: dict) -> nn.Module:
    """
    Scales last layers, so that a few clear things are found: what a layer gives varies by std about a mean, over all that it is run for.
    outputs: names of modules to (means of the channels, repeated; std).
    """
    modules = dict(model.named_modules())
    found = {name: [] for name in outputs}
    hooks = [modules[name].register_forward_hook(lambda module, inputs, output, name=name: found[name].append(output))
             for name in outputs]
    with torch.no_grad():
        model(x)
    for hook in hooks:
        hook.remove()
    for name, (means, std) in outputs.items():
        channels = modules[name].bias.shape[0]
        values = torch.cat([output.movedim(1, 0).reshape(channels, -1) for output in found[name]], 1).double()
        # A layer that is run at a handful of places says nothing of how it varies over them.
        mean = values.mean(1) if values.shape[1] >= 16 else torch.zeros(channels, dtype=torch.float64)
        scale = std / max((values - mean[:, None]).std().item(), 1e-6)
        wanted = torch.tensor([means[i % len(means)] for i in range(channels)], dtype=torch.float64)
        # Rounded, so that the numbers are the same wherever this runs.
        modules[name].weight.copy_((modules[name].weight * round(scale, 3)).bfloat16().float())
        modules[name].bias.copy_(torch.round((wanted + (modules[name].bias.double() - mean) * scale) * 1000) / 1000)
    return model


def last_layers(name: str, model: nn.Module) -> dict:
    """What a network's last layers are made to give, see fitted."""
    scores = [3.0] + [0.0] * (CLASSES - 1)
    if name in ("ssd", "ssdlite"):
        def last(head):
            return [[key for key, module in head.named_modules() if key.startswith(f"{i}.") or key == str(i)
                     if isinstance(module, nn.Conv2d)][-1] for i in range(len(head))]
        heads = {"classification_head": (scores, 1.6), "regression_head": ([0.0], 0.8)}
        return {f"head.{head}.module_list.{key}": what for head, what in heads.items()
                for key in last(getattr(model.head, head).module_list)}
    return {
        "retinanet": {"head.classification_head.cls_logits": ([-3.0], 1.3), "head.regression_head.bbox_reg": ([0.0], 0.4)},
        "fcos": {"head.classification_head.cls_logits": ([-2.5], 1.3), "head.regression_head.bbox_reg": ([1.0], 0.4),
                 "head.regression_head.bbox_ctrness": ([0.5], 1.0)},
        "fasterrcnn": {"rpn.head.cls_logits": ([0.0], 2.0), "rpn.head.bbox_pred": ([0.0], 0.3),
                       "roi_heads.box_predictor.cls_score": ([2.0] + [0.0] * (CLASSES - 1), 2.0),
                       "roi_heads.box_predictor.bbox_pred": ([0.0], 0.6)},
        "deeplabv3": {"classifier.4": ([0.0], 2.0), "aux_classifier.4": ([0.0], 2.0)},
        "fcn": {"classifier.4": ([0.0], 2.0), "aux_classifier.4": ([0.0], 2.0)},
        "lraspp": {"classifier.high_classifier": ([0.0], 1.5), "classifier.low_classifier": ([0.0], 1.5)},
        "unet": {"last": ([0.0], 2.0)},
    }[name]


def all_models():
    """Name, network with its weights, picture [3, H, W] in 0..1, whether it detects."""
    for detects, some in ((True, detectors()), (False, segmenters())):
        for name, model, size in some:
            x = picture(*size)
            model = filled(model)
            yield name, fitted(model, [x] if detects else x[None], last_layers(name, model)), x, detects
