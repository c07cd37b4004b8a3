"""Packs what make.py wrote into configurations.json.gz: what a test needs of each configuration, and no more.

python3 pack.py huggingface.json configurations.json.gz
"""
import gzip
import json
import sys

# What a config.json from timm has beside pretrained_cfg.
ROOT = ("architecture", "num_classes", "num_features", "global_pool")


def number(value):
    return float(f"{value:.7g}")


def config_of(case):
    if case["library"] == "transformers":
        return case["config"]
    stated = {key: value for key, value in case["pretrained_cfg"].items() if value is not None}
    root = {"architecture": stated["architecture"], **{key: case[key] for key in ROOT if case.get(key) is not None}}
    return {**root, "pretrained_cfg": {key: value for key, value in stated.items() if key != "architecture"}}


def main(source, target):
    cases, pixels = {}, []
    for key, case in json.load(open(source)).items():
        seen = {"shape": case["pixels"]["shape"], "every": case["pixels"]["every"],
                "values": [[[round(v, 4) for v in row] for row in plane] for plane in case["pixels"]["values"]]}
        if seen not in pixels:
            pixels.append(seen)
        processor = case.get("preprocessor_config")
        stated = case.get("data_config") or processor
        cam = case.get("cam")
        # A map of tokens was not made, and one of [N, H, W, C] averages the wrong axes.
        if cam and (cam["map"] is None or cam["shape"][2:] != [len(cam["map"]), len(cam["map"][0])]
                    or cam["shape"][1] < cam["shape"][3]):
            cam = None
        cases[key] = {
            "config": config_of(case),
            **({"preprocessor_config": processor} if processor else {}),
            "parameters": case["parameters"],
            "size": case["size"],
            "mean": stated.get("mean") or stated.get("image_mean"),
            "std": stated.get("std") or stated.get("image_std"),
            "state": [[name, shape, *([] if kind.startswith("float") else [kind])] for name, shape, kind in case["state"]],
            "logits": [number(v) for v in case["logits"]],
            **({"cam": {"layer": cam["layer"], "class": cam["class"],
                        "map": [[round(v, 6) for v in row] for row in cam["map"]]}} if cam else {}),
            "pixels": pixels.index(seen),
        }
    with gzip.GzipFile(target, "wb", 9, mtime=0) as file:
        file.write(json.dumps({"cases": cases, "pixels": pixels}, separators=(",", ":")).encode())
    print(len(cases), "configurations,", len(pixels), "sets of pixels")


main(*sys.argv[1:])
