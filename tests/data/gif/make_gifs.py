#!/usr/bin/env python3
"""Makes the GIFs of this folder, whose LZW codes start with 9 to 12 bits, and what Pillow sees in each as a PNG.

usage: make_gifs.py            (Pillow 9.4; lzw2, 8, 9 and 11 were in a report of ours and only get their PNG)
"""
import glob
import os
import random
import struct

from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))


def lzw(indices, bits):
    """The frame's data: the number of bits, and sub-blocks of codes, least bit first. bits is one less than that of the first codes."""
    out, state = bytearray(), [0, 0]

    def put(code, width):
        state[0] |= code << state[1]
        state[1] += width
        while state[1] >= 8:
            out.append(state[0] & 255)
            state[0] >>= 8
            state[1] -= 8

    clear = 1 << bits
    table, following, width, text = {}, clear + 2, bits + 1, ()
    put(clear, width)
    for index in indices:
        if not text or text + (index,) in table:
            text += (index,)
            continue
        put(table[text] if len(text) > 1 else text[0], width)
        if following < 4096:
            table[text + (index,)] = following
            following += 1
            if following == (1 << width) + 1 and width < 12:
                width += 1
        elif bits < 12 and random.random() < 0.05:  # a full table may be used on, or thrown away
            put(clear, width)
            table, following, width = {}, clear + 2, bits + 1
        text = (index,)
    put(table[text] if len(text) > 1 else text[0], width)
    put(clear + 1, width)
    put(0, 7)
    data = bytes(out)
    return bytes([bits]) + b"".join(bytes([len(data[i:i + 255])]) + data[i:i + 255] for i in range(0, len(data), 255)) + b"\0"


def gif(name, bits, width, height, colors, frame=None, interlaced=False, transparent=None, local=False):
    left, top, columns, rows = frame or (0, 0, width, height)
    palette = bytes(random.randrange(256) for _ in range(3 * colors))
    # Runs and repeats, so that codes stand for strings and the table fills.
    base = [random.randrange(colors) for _ in range(97)]
    pixels = [[base[(x * (1 + y % 5) // 2 + y * y) % 97] if y % 3 else base[(x // 7 + y) % 97] for x in range(columns)] for y in range(rows)]
    if bits == 9 and colors == 256:
        pixels = [[random.randrange(colors) if y % 2 else row[x] for x in range(columns)] for y, row in enumerate(pixels)]
    order = range(rows)
    if interlaced:
        order = [y for start, step in ((0, 8), (4, 8), (2, 4), (1, 2)) for y in range(start, rows, step)]
    size = (colors - 1).bit_length() - 1
    file = b"GIF89a" + struct.pack("<HH", width, height) + bytes([0 if local else 0x80 | size, 0, 0]) + (b"" if local else palette)
    file += b"\x21\xfe\x05hello\0"
    if transparent is not None:
        file += bytes([0x21, 0xF9, 4, 1, 0, 0, transparent, 0])
    file += b"\x2c" + struct.pack("<HHHH", left, top, columns, rows) + bytes([(0x80 | size if local else 0) | (0x40 if interlaced else 0)])
    file += palette if local else b""
    file += lzw([pixels[y][x] for y in order for x in range(columns)], bits)
    with open(os.path.join(HERE, name), "wb") as out:
        out.write(file + b"\x3b")


if __name__ == "__main__":
    random.seed(16)
    gif("noise_9.gif", 9, 97, 61, 256)
    gif("interlaced_10.gif", 10, 97, 61, 64, interlaced=True)
    gif("transparent_11.gif", 11, 60, 40, 16, frame=(5, 3, 41, 30), transparent=3)
    gif("local_9.gif", 9, 60, 40, 8, local=True)
    gif("local_interlaced_transparent_10.gif", 10, 33, 19, 32, interlaced=True, transparent=0, local=True)
    gif("plain_12.gif", 12, 23, 17, 4)
    gif("plain_8.gif", 8, 97, 61, 256)
    for path in sorted(glob.glob(os.path.join(HERE, "*.gif"))):
        Image.open(path).convert("RGB").save(path[:-3] + "png", optimize=True)
