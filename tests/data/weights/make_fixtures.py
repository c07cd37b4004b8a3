"""Makes the weight files of this folder. Run with PyTorch 1.13 in this folder: python3 make_fixtures.py

Element i of every tensor made by ramp() is (37 i + 11) mod 101 - 50 (quarters of it for floating types, the test for > 0 for bool, plus 50
for uint8): exact in every type, and the tests compute it themselves.
"""
import argparse
import collections
import datetime
import enum
import json
import pathlib
import pickle
import struct
import zipfile

import numpy
import torch

TYPES = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.bool]


def ramp(*shape, dtype=torch.float32):
    count = int(torch.tensor(shape).prod()) if shape else 1
    values = torch.tensor([(37 * i + 11) % 101 - 50 for i in range(count)], dtype=torch.int64).reshape(shape)
    if dtype == torch.bool:
        return values > 0
    if dtype == torch.uint8:
        return (values + 50).to(dtype)
    return (values / 4 if dtype.is_floating_point else values).to(dtype)


def save_both(name, value, protocol=2):
    torch.save(value, name + ".pth", pickle_protocol=protocol)
    torch.save(value, name + "_legacy.pth", pickle_protocol=protocol, _use_new_zipfile_serialization=False)


def types():
    return {str(t).split(".")[1]: ramp(3, 5, dtype=t) for t in TYPES}


def views():
    base = ramp(4, 6)
    return {
        "base": base,
        "transposed": base.t(),
        "column": base[:, 2],
        "rows": base[1:3],
        "steps": base[::2, ::3],
        "expanded": base[1, :3].expand(4, 3),
        "scalar": base[2, 3],
        "empty": base[:0],
        "conv": ramp(2, 3, 2, 2).contiguous(memory_format=torch.channels_last),
        "number": torch.tensor(7),
    }


def module():
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 2), torch.nn.BatchNorm2d(3))
    state = net.state_dict()
    for key, value in state.items():
        value.copy_(ramp(*value.shape, dtype=value.dtype))
    return net


def safetensors(name, tensors, metadata):
    header, data = {"__metadata__": metadata}, b""
    names = {"float32": "F32", "float64": "F64", "float16": "F16", "bfloat16": "BF16", "uint8": "U8", "int8": "I8", "int16": "I16",
             "int32": "I32", "int64": "I64", "bool": "BOOL"}
    for key, value in tensors.items():
        raw = value.contiguous().view(torch.uint8).numpy().tobytes() if value.dim() else struct.pack("<q", int(value))
        header[key] = {"dtype": names[str(value.dtype).split(".")[1]], "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(name, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def python2(name):
    """A state dict as PyTorch 0.1 to 0.3 wrote it under Python 2: byte strings, a list of pairs, _rebuild_tensor, a view of a storage."""
    string = lambda s: b"U" + bytes([len(s)]) + s.encode()
    storage = lambda view: b"(" + string("storage") + b"ctorch\nFloatStorage\n" + string("42") + string("cpu") + b"K\x18" + view + b"tQ"
    tensor = lambda view, offset, shape, strides: (
        b"ctorch._utils\n_rebuild_tensor\n(" + storage(view) + b"K" + bytes([offset])
        + b"".join(b"(" + b"".join(b"K" + bytes([n]) for n in t) + b"t" for t in (shape, strides)) + b"tR")
    body = (b"\x80\x02ccollections\nOrderedDict\n](" +
            b"](" + string("whole") + tensor(b"N", 0, (4, 6), (6, 1)) + b"e" +
            b"](" + string("part") + tensor(b"(" + string("43") + b"K\x06K\x0ct", 1, (2, 3), (6, 2)) + b"e" +
            b"e\x85R.")
    with open(name, "wb") as file:
        pickle.dump(0x1950A86A20F9469CFC6C, file, 2)
        pickle.dump(1001, file, 2)
        pickle.dump({"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}, file, 2)
        file.write(body)
        pickle.dump(["42"], file, 2)
        file.write(struct.pack("<q", 24) + ramp(24).numpy().tobytes())
    loaded = torch.load(name)
    assert torch.equal(loaded["whole"], ramp(4, 6)) and torch.equal(loaded["part"], ramp(24)[7:].as_strided((2, 3), (6, 2)))


class Phase(enum.Enum):
    TRAIN = 1


def training():
    """What torchvision's references/classification/train.py saves after an epoch, with an averaged model, and more of what others add."""
    net = module()
    averaged = torch.optim.swa_utils.AveragedModel(net)
    optimizer = torch.optim.Adam(net.parameters())
    sum(parameter.sum() for parameter in net.parameters()).backward()
    optimizer.step()
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30)
    return {
        "best_acc1": torch.tensor(0.5),
        "model": module().state_dict(), "optimizer": optimizer.state_dict(), "lr_scheduler": scheduler.state_dict(), "epoch": 3,
        "args": argparse.Namespace(device=torch.device("cpu"), dtype=torch.float16, output=pathlib.PurePosixPath("out"), lr=0.1),
        "model_ema": averaged.state_dict(),
        "accuracy": numpy.float64(0.5), "history": numpy.arange(3.0), "when": datetime.datetime(2026, 11, 23), "phase": Phase.TRAIN,
        "size": torch.Size([1, 2]), "counts": collections.Counter("aab"), "queue": collections.deque([1, 2]), "scores": collections.defaultdict(list, a=[1]),
    }


def lightning():
    """What PyTorch Lightning saves: the network is an attribute of the module, beside a loss with weights of its own."""
    state = collections.OrderedDict((f"model.{name}", value) for name, value in module().state_dict().items())
    state["criterion.weight"] = ramp(3)
    return {
        "epoch": 3, "pytorch-lightning_version": "1.8.6", "state_dict": state, "callbacks": {torch.nn.ReLU: {"best": None}},
        "hyper_parameters": {"activation": torch.nn.ReLU, "act": torch.nn.ReLU(), "sum": torch.sum},
    }


class Tagged(torch.Tensor):
    """A kind of tensor, as datasets' libraries and quantisers have them."""


def kinds():
    return collections.defaultdict(list, {"weight": torch.nn.Parameter(ramp(2, 3)), "tagged": ramp(4).as_subclass(Tagged)})


def repacked(source, name):
    """The members of source below no folder, deflated."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(zipfile.ZipInfo(member.split("/", 1)[1]), old.read(member), zipfile.ZIP_DEFLATED)


save_both("types", types())
save_both("views", views())
for protocol in range(1, 6):
    save_both(f"module_protocol{protocol}", module().state_dict(), protocol)
safetensors("types.safetensors", {**types(), "number": torch.tensor(7), "empty": torch.zeros(0, 3)}, {"format": "pt", "note": "größe"})
python2("python2_legacy.pth")
repacked("views.pth", "views_deflated.pth")
torch.save(torch.load("views.pth"), "protocol0.pth", pickle_protocol=0)
save_both("parameters", {"weight": torch.nn.Parameter(ramp(2, 3)), "frozen": torch.nn.Parameter(ramp(4), requires_grad=False)})
save_both("mixed", {
    "epoch": 3, "weight": ramp(2, 3), "rate": 0.1, "name": "größe", "nothing": None, "yes": True, "large": 2**100, "negative": -5,
    "many": list(range(300)), "size": torch.Size([1, 2]), "type": torch.float16, "inner": {"a": ramp(2)}, "set": ((), (1,), (1, 2), (1, 2, 3, 4)),
    "ordered": collections.OrderedDict(b=1), "bytes": b"\x00\xff", "sets": [{1, 2}, frozenset([3])], "float": float("-inf"),
}, 4)
save_both("checkpoint", {"epoch": 3, "state_dict": module().state_dict(), "best": 0.5})
save_both("training", training(), 4)
save_both("lightning", lightning())
save_both("kinds", kinds())
torch.save({"epoch": 3, "model": module()}, "whole_model_inside.pth")
torch.save(module(), "whole_model.pth")
torch.save(module(), "whole_model_protocol1.pth", pickle_protocol=1)
torch.save(ramp(2, 3), "single_tensor.pth")
torch.jit.save(torch.jit.script(torch.nn.Linear(2, 3)), "scripted.pth")
