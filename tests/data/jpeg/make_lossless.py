#!/usr/bin/env python3
"""Makes lossless.jpg (T.81's process 14: predictor 1, one Huffman table, RGB interleaved) and lossless.png, its pixels."""
import os
import struct

from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
WIDTH, HEIGHT = 29, 19

pixels = [[[(x * 7 + y * 13 + 40 * c + x * y * (c + 1) % 11) & 255 for c in range(3)] for x in range(WIDTH)] for y in range(HEIGHT)]
file = b"\xff\xd8" + b"\xff\xc3" + struct.pack(">HBHHB", 17, 8, HEIGHT, WIDTH, 3) + bytes([1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0])
file += b"\xff\xc4" + struct.pack(">HB", 28, 0) + bytes([0, 0, 0, 0, 9] + [0] * 11) + bytes(range(9))  # nine codes of 5 bits
file += b"\xff\xda" + struct.pack(">HB", 12, 3) + bytes([1, 0, 2, 0, 3, 0, 1, 0, 0])
bits = ""
for y in range(HEIGHT):
    for x in range(WIDTH):
        for c in range(3):
            before = 128 if x == y == 0 else pixels[y - 1][x][c] if x == 0 else pixels[y][x - 1][c]
            difference = pixels[y][x][c] - before
            size = abs(difference).bit_length()
            bits += f"{size:05b}" + (f"{difference if difference > 0 else difference + (1 << size) - 1:0{size}b}" if size else "")
bits += "1" * (-len(bits) % 8)
file += bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8)).replace(b"\xff", b"\xff\0") + b"\xff\xd9"
with open(os.path.join(HERE, "lossless.jpg"), "wb") as out:
    out.write(file)
picture = Image.new("RGB", (WIDTH, HEIGHT))
picture.putdata([tuple(pixel) for row in pixels for pixel in row])
picture.save(os.path.join(HERE, "lossless.png"), optimize=True)
