"""Writes the files of this folder: python3 with torch 1.13 and torchvision 0.14 (Debian 12). See README.md for what they hold."""
import json
import os
import sys
import zipfile

import torch

import models

OPSETS = {"ssd": 11, "ssdlite": 13, "retinanet": 11, "fcos": 13, "fasterrcnn": 12, "deeplabv3": 11, "fcn": 13, "lraspp": 16, "unet": 14}
BODY = {"ssd": ["backbone.layer1"], "ssdlite": ["backbone.features.0.3"]}


def rounded(tensor, digits=5):
    return json.loads(json.dumps(tensor.detach().double().tolist()), parse_float=lambda text: round(float(text), digits))


def watched(model, names):
    """The outputs of modules, latest call last."""
    kept = {}
    modules = dict(model.named_modules())
    for name in names:
        modules[name].register_forward_hook(lambda module, inputs, output, name=name: kept.__setitem__(name, output))
    return kept


def unhook(model):
    for module in model.modules():
        module._forward_hooks.clear()


def scaled(cam):
    cam = torch.relu(cam)
    return (cam - cam.min()) / (cam.max() - cam.min() + 1e-8)


def maps(value, activations):
    """LayerCAM and GradCAM of each activation [1, C, H, W] for a number."""
    gradients = torch.autograd.grad(value, activations, retain_graph=True, allow_unused=True)
    found = []
    for a, g in zip(activations, gradients):
        if g is None or g.abs().max() == 0:
            found.append(None)
            continue
        found.append({"LayerCAM": rounded(scaled((torch.relu(g) * a).sum(1)[0])),
                      "GradCAM": rounded(scaled((g.mean((2, 3), keepdim=True) * a).sum(1)[0]))})
    return found


def raw(name, model, kept, output):
    """Scores before the end: logits [A, K], centre logits or None, probabilities [A, K], decoded boxes [A, 4] or [A, K, 4]."""
    if name == "fasterrcnn":
        logits, boxes = kept["roi_heads.box_predictor"]
        proposals = kept["rpn"][0]
        boxes = model.roi_heads.box_coder.decode(boxes, proposals)
        return logits, None, logits.softmax(1), boxes
    head, anchors = kept["head"], kept["anchor_generator"][0]
    logits = head["cls_logits"][0]
    if name in ("ssd", "ssdlite"):
        return logits, None, logits.softmax(1), model.box_coder.decode_single(head["bbox_regression"][0], anchors)
    if name == "fcos":
        centre = head["bbox_ctrness"][0]
        boxes = model.box_coder.decode(head["bbox_regression"][0], anchors)
        return logits, centre, torch.sqrt(torch.sigmoid(logits) * torch.sigmoid(centre)), boxes
    return logits, None, logits.sigmoid(), model.box_coder.decode_single(head["bbox_regression"][0], anchors)


def heads_inputs(name, model):
    if name == "ssd":
        return ["backbone.layer2", "backbone.layer3", "backbone.layer4"]
    if name == "ssdlite":
        return ["backbone.features.0", "backbone.features.1"] + [f"backbone.extra.{i}" for i in range(4)]
    return ["backbone.fpn.layer_blocks.0", "backbone.fpn.layer_blocks.1"]


def detector(name, model, size, variant):
    x = models.picture(*size, variant).requires_grad_(True)
    layers = heads_inputs(name, model) + BODY.get(name, ["backbone.body.layer3", "backbone.body.layer4"])
    kept = watched(model, layers + (["rpn", "roi_heads.box_predictor"] if name == "fasterrcnn" else ["head", "anchor_generator"])
                   + ["transform"])
    result = model([x])[0]
    unhook(model)
    logits, centre, probabilities, boxes = raw(name, model, kept, result)
    resized = kept["transform"][0].image_sizes[0]
    factors = torch.tensor([size[1] / resized[1], size[0] / resized[0]] * 2)
    targets, seen = [], set()
    for number, (score, label, box) in enumerate(zip(result["scores"], result["labels"], result["boxes"])):
        k = int(label)
        own = boxes[:, k] if boxes.dim() == 3 else boxes
        own = own.clone()
        own[:, 0::2] = own[:, 0::2].clamp(0, resized[1])
        own[:, 1::2] = own[:, 1::2].clamp(0, resized[0])
        apart = (own * factors - box).abs().amax(1) / max(size) + (probabilities[:, k] - score).abs()
        a = int(apart.argmin())
        assert apart[a] < 1e-5, (name, number, float(apart[a]))
        # The first of each scale, and the first two.
        found = maps(logits[a, k], [kept[layer] for layer in layers])
        scale = tuple(layer for layer, made in zip(layers, found) if made is not None)
        if number > 1 and scale in seen or len(targets) == 4:
            continue
        seen.add(scale)
        by_score = maps(probabilities[a, k], [kept[layer] for layer in layers])
        target = {"detection": number, "class": k, "candidate": a, "logit": round(float(logits[a, k]), 5), "layers": {}}
        if centre is not None:
            target["centre"] = round(float(centre[a, 0]), 5)
        for layer, made, score_made in zip(layers, found, by_score):
            if made is not None:
                target["layers"][layer] = {**made, **({"LayerCAM of score": score_made["LayerCAM"]} if score_made else {})}
        targets.append(target)
    return {"picture": variant, "boxes": rounded(result["boxes"], 4), "scores": rounded(result["scores"], 6),
            "labels": result["labels"].tolist(), "targets": targets}


def thresholds(name, model):
    part = model.roi_heads if name == "fasterrcnn" else model
    return {"score": part.score_thresh, "overlap": part.nms_thresh, "detections": part.detections_per_img}


def segmenter(name, model, size, variant):
    x = models.picture(*size, variant)[None].requires_grad_(True)
    layer = {"unet": "join2", "deeplabv3": "backbone.layer4", "fcn": "backbone.layer4", "lraspp": "backbone.layer4"}[name]
    kept = watched(model, [layer])
    out = model(x)
    unhook(model)
    logits = out if torch.is_tensor(out) else out["out"]
    regions = logits.argmax(1)[0]
    counts = torch.bincount(regions.flatten(), minlength=models.CLASSES)
    targets = []
    for k in counts.argsort(descending=True)[:2].tolist():
        # pytorch-grad-cam's SemanticSegmentationTarget: the class's logits summed over where it is the highest.
        made = maps((logits[0, k] * (regions == k)).sum(), [kept[layer]])[0]
        targets.append({"class": k, "mean logit": round(float(logits[0, k][regions == k].mean()), 5), "layers": {layer: made}})
    return {"picture": variant, "counts": counts.tolist(), "corner": rounded(logits[0, :, :4, :4]),
            "sums": rounded(logits[0].sum((1, 2)), 3), "targets": targets}


def main():
    torch.set_num_threads(1)
    expected = {}
    for name, model, x, detects in models.all_models():
        if len(sys.argv) > 1 and name not in sys.argv[1:]:
            continue
        size = tuple(x.shape[1:])
        case = {"size": list(size)}
        if detects:
            case["thresholds"] = thresholds(name, model)
            case["pictures"] = [detector(name, model, size, variant) for variant in (0, 1)]
            torch.onnx.export(model, ([x],), f"{name}.onnx", opset_version=OPSETS[name], input_names=["images"],
                              output_names=["boxes", "scores", "labels"] if name != "fasterrcnn" else ["boxes", "labels", "scores"])
        else:
            case["pictures"] = [segmenter(name, model, size, variant) for variant in (0, 1)]
            outputs = ["out", "aux"] if name in ("fcn", "deeplabv3") else ["out"]
            axes = {key: {0: "batch"} for key in ["input"] + outputs} if name in ("fcn", "unet") else None
            torch.onnx.export(model, x[None], f"{name}.onnx", opset_version=OPSETS[name], input_names=["input"], output_names=outputs,
                              dynamic_axes=axes)
            if name == "fcn":
                torch.jit.trace(model, x[None], strict=False, check_trace=False).save("fcn_traced.pt")
                torch.jit.script(model).save("fcn_scripted.pt")
            if name == "lraspp":
                torch.jit.script(model).save("lraspp_scripted.pt")
        if detects and name == "ssd":
            torch.jit.script(model).save("ssd_scripted.pt")
        expected[name] = case
        print(name, [len(p.get("scores", [])) or p.get("counts") for p in case["pictures"]],
              [[(t["class"], list(t["layers"])) for t in p["targets"]] for p in case["pictures"]])
    if len(sys.argv) == 1:
        with zipfile.ZipFile("models.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
            for file in sorted(os.listdir(".")):
                if file.endswith((".onnx", ".pt")):
                    packed.writestr(zipfile.ZipInfo(file, (2026, 1, 1, 0, 0, 0)), open(file, "rb").read(), zipfile.ZIP_DEFLATED)
                    os.remove(file)
        json.dump(expected, open("expected.json", "w"), separators=(",", ":"))


if __name__ == "__main__":
    main()
