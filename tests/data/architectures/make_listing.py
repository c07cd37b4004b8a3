#!/usr/bin/env python3
"""Lists every torchvision classifier: parameters, names and shapes of its state dict, names and classes of its modules.

usage: make_listing.py OUT.txt.gz      (made with torchvision 0.14.1; needs some 12 GB of memory for the largest)
"""
import gzip
import sys

import torchvision.models as models

LEFT_OUT = {"maxvit_t", "regnet_y_128gf"}  # not built here; too large to list on a small machine (its blocks are those of its family)


def lines(name):
    extra = {"aux_logits": True, "init_weights": False, "transform_input": True} if name in ("googlenet", "inception_v3") else {}
    model = models.get_model(name, weights=None, **extra)
    yield f"# {name} {sum(parameter.numel() for parameter in model.parameters())}"
    for key, value in model.state_dict().items():
        if not key.endswith("num_batches_tracked"):
            yield f"tensor {key} {','.join(map(str, value.shape))}"
    for key, module in model.named_modules():
        if key:
            yield f"module {key} {type(module).__name__}"


with gzip.GzipFile(sys.argv[1], "wb", mtime=0) as out:
    for name in models.list_models(module=models):
        if name not in LEFT_OUT:
            out.write(("\n".join(lines(name)) + "\n").encode())
