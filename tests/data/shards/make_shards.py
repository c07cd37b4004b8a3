#!/usr/bin/env python3
"""Writes shards.tsv: in which shards paths are, by an XXH64 of our own in plain arithmetic, after the algorithm's specification.

    /usr/bin/python3 make_shards.py

Columns: the path (as JSON, so that its characters are told apart), then the shard of 1, 7, 128 and 1000. The published values of XXH64
are checked first.
"""
import json
import os
import unicodedata

P1, P2, P3, P4, P5 = (11400714785074694791, 14029467366897019727, 1609587929392839161, 9650029242287828579, 2870177450012600261)
MASK = (1 << 64) - 1


def rotated(value, bits):
    return ((value << bits) | (value >> (64 - bits))) & MASK


def mixed(accumulator, lane):
    return rotated((accumulator + lane * P2) & MASK, 31) * P1 & MASK


def xxh64(data):
    at = 0
    if len(data) >= 32:
        lanes = [(P1 + P2) & MASK, P2, 0, -P1 & MASK]
        while at + 32 <= len(data):
            for lane in range(4):
                lanes[lane] = mixed(lanes[lane], int.from_bytes(data[at:at + 8], "little"))
                at += 8
        value = sum(rotated(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18))) & MASK
        for lane in lanes:
            value = ((value ^ mixed(0, lane)) * P1 + P4) & MASK
    else:
        value = P5
    value = (value + len(data)) & MASK
    while at + 8 <= len(data):
        value = (rotated(value ^ mixed(0, int.from_bytes(data[at:at + 8], "little")), 27) * P1 + P4) & MASK
        at += 8
    if at + 4 <= len(data):
        value = (rotated(value ^ (int.from_bytes(data[at:at + 4], "little") * P1 & MASK), 23) * P2 + P3) & MASK
        at += 4
    for byte in data[at:]:
        value = rotated(value ^ (byte * P5 & MASK), 11) * P1 & MASK
    for bits, prime in ((33, P2), (29, P3), (32, 1)):
        value = ((value ^ (value >> bits)) * prime) & MASK
    return value


for text, published in {
    "": 0xEF46DB3751D8E999, "a": 0xD24EC4F1A98C6E5B, "as": 0x1C330FB2D66BE179, "asd": 0x631C37CE72A97393, "asdf": 0x415872F599CEA71E,
    "abc": 0x44BC2CF5AD770999, "Nobody inspects the spammish repetition": 0xFBCEA83C8A378BF1,
    "Call me Ishmael. Some years ago--never mind how long precisely-": 0x02A2E85470D6FD96,
}.items():
    assert xxh64(text.encode()) == published, text

NAMES = ["cat.jpg", "photos/cat.jpg", "Photos/cat.jpg", "photos/a [1].jpg", "a.jpg", "b.jpg", "n01440764/ILSVRC2012_val_00000293.JPEG",
         "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z.png", "/mnt/photos/cat.jpg", "with space .jpg", "caf\u00e9/\u00e9t\u00e9.jpg",
         "cafe\u0301/e\u0301te\u0301.jpg", "\u732b.jpg", "\u304b\u3099.jpg", "\U0001f408.jpg", "line\nbreak.jpg", "train-000.tar"]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "shards.tsv"), "w") as table:
    for name in NAMES:
        value = xxh64(unicodedata.normalize("NFC", name).encode())
        table.write("\t".join([json.dumps(name), *(str((value * count >> 64) + 1) for count in (1, 7, 128, 1000))]) + "\n")
