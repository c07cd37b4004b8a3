"""Packs the ONNX backend's node tests (Debian's libonnx-testdata) of the operators in OPERATORS into nodes.zip: graphs, inputs and outputs.

Usage: make_nodes.py <folder with test_*/model.onnx> [operator names that are known, one a line, on standard input]
"""
import os
import sys
import zipfile

LARGEST = 30_000  # bytes of one test: larger ones say no more


def fields(data):
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        kind = key & 7
        if kind == 0:
            value = varint()
        else:
            length = {1: 8, 5: 4}.get(kind) or varint()
            value = data[at:at + length]
            at += length
        yield key >> 3, value


def operators(model):
    return {value.decode() for field, graph in fields(model) if field == 7 for part, node in fields(graph) if part == 1
            for number, value in fields(node) if number == 4}


def main():
    folder, known = sys.argv[1], set(sys.stdin.read().split())
    with zipfile.ZipFile(os.path.join(os.path.dirname(os.path.abspath(__file__)), "nodes.zip"), "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            data = os.path.join(path, "test_data_set_0")
            if name.endswith("_expanded") or "_expanded_" in name or not os.path.exists(os.path.join(path, "model.onnx")) or not os.path.isdir(data):
                continue
            files = {"model.onnx": os.path.join(path, "model.onnx"), **{file: os.path.join(data, file) for file in sorted(os.listdir(data))}}
            with open(files["model.onnx"], "rb") as model:
                used = operators(model.read())
            if used and used <= known and sum(os.path.getsize(file) for file in files.values()) <= LARGEST:
                for file, source in files.items():
                    with open(source, "rb") as content:
                        entry = zipfile.ZipInfo(f"{name}/{file}", (2022, 1, 1, 0, 0, 0))
                        entry.compress_type = zipfile.ZIP_DEFLATED
                        archive.writestr(entry, content.read())


main()
