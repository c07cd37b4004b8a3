#!/usr/bin/env python3
"""Makes the tars and zips of this folder, by Python's tarfile and zipfile, some of them damaged afterwards.

usage: make_archives.py        (Python 3.11; the images are the examples' photos, cut to 48 x 48 by Pillow)

What each is for stands above it. members.txt has MD5, size and name of each image of the good ones.
"""
import hashlib
import io
import os
import struct
import tarfile
import zipfile

from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
PHOTOS = os.path.join(HERE, "..", "..", "..", "examples", "photos")


def jpeg(name, left=0):
    image = Image.open(os.path.join(PHOTOS, name + ".jpg")).convert("RGB").resize((96, 96)).crop((left, 0, left + 48, 48))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


CAT, ROCKET, COFFEE = jpeg("cat"), jpeg("rocket"), jpeg("coffee")
LONG = "a folder with quite a long name/" * 9 + "and the cat.jpg"
UNICODE = "Übung/Füße – 猫.jpg"
FILES = {"n01/cat.jpg": CAT, "n01/cat [1].jpg": jpeg("cat", 20), "n02/rocket.jpg": ROCKET, "n02/coffee.JPG": COFFEE, LONG: jpeg("cat", 30),
         UNICODE: jpeg("rocket", 20), "top.jpg": jpeg("coffee", 20)}


def info(name, data=b"", time=1700000000, kind=tarfile.REGTYPE, link=""):
    one = tarfile.TarInfo(name)
    one.size, one.mtime, one.type, one.linkname = len(data), time, kind, link
    return one


def tar(name, members, form):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for one, data in members:
            archive.addfile(one, io.BytesIO(data))
    write(name, out.getvalue())
    return out.getvalue()


def write(name, data):
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(data)


def usual(start="", fraction=0.0):
    return [(info(start + name, data, 1700000000 + number + fraction), data) for number, (name, data) in enumerate(FILES.items())]


# The same images as each program writes them.
tar("pax.tar", usual(fraction=0.25), tarfile.PAX_FORMAT)
tar("gnu.tar", [(info("n01/", kind=tarfile.DIRTYPE), b"")] + usual("./"), tarfile.GNU_FORMAT)
tar("ustar.tar", [(one, data) for one, data in usual() if len(one.name) < 250], tarfile.USTAR_FORMAT)
with zipfile.ZipFile(os.path.join(HERE, "images.zip"), "w") as archive:
    for number, (name, data) in enumerate(FILES.items()):
        member = zipfile.ZipInfo(name, (2023, 11, 14, 22, 13, 20 + 2 * number))
        member.compress_type = zipfile.ZIP_DEFLATED if number % 2 else zipfile.ZIP_STORED
        archive.writestr(member, data)
    archive.writestr("__MACOSX/n01/._cat.jpg", b"what macOS keeps beside it")
    archive.comment = b"a comment with PK\x05\x06 in it, and more behind that"
with open(os.path.join(HERE, "members.txt"), "w", encoding="utf-8") as listing:
    for name, data in FILES.items():
        listing.write(f"{hashlib.md5(data).hexdigest()} {len(data)} {name}\n")

# As WebDataset has them: the files of a sample share their name up to the first dot, and the labels may stand before or behind.
samples = []
for key, label, data in [("000000", "3", CAT), ("000001", "8\n", ROCKET), ("000002", None, COFFEE)]:
    parts = [("cls", label.encode())] if label else []
    parts += [("jpg", data), ("json", b'{"a": 1}'), ("txt", b"a caption")]
    parts = parts[1:] + parts[:1] if key == "000001" else parts
    samples += [(info(f"{key}.{ending}", part, 0), part) for ending, part in parts]
whole = tar("webdataset.tar", samples, tarfile.GNU_FORMAT)

# What must be an error of its own, each beside a good image.
hole = info("sparse.jpg", CAT)
hole.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "sparse.jpg", "GNU.sparse.realsize": "99999"}
tar("wrong.tar", [
    (info("good.jpg", CAT), CAT),
    (info("../out.jpg", CAT), CAT),
    (info("a/../../out.jpg", CAT), CAT),
    (info("/absolute.jpg", CAT), CAT),
    (info("C:/drive.jpg", CAT), CAT),
    (info("back\\slash.jpg", CAT), CAT),
    (info("link.jpg", kind=tarfile.SYMTYPE, link="/etc/passwd"), b""),
    (info("hard.jpg", kind=tarfile.LNKTYPE, link="good.jpg"), b""),
    (info("pipe.jpg", kind=tarfile.FIFOTYPE), b""),
    (hole, CAT),
    (info("empty.jpg"), b""),
    (info("text.jpg", b"no image"), b"no image"),
    (info("good.jpg", ROCKET), ROCKET),
    (info("last.jpg", ROCKET), ROCKET),
], tarfile.PAX_FORMAT)

out = io.BytesIO()
with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("good.jpg", CAT)
    archive.writestr("encrypted.jpg", CAT)
    archive.writestr("../out.jpg", CAT)
    archive.writestr("sum.jpg", CAT)
    archive.writestr("more.jpg", CAT)
    archive.writestr("less.jpg", CAT)
    archive.writestr("far.jpg", CAT)
    archive.writestr("huge.jpg", CAT)
    archive.writestr("bits.jpg", CAT)
    archive.writestr(zipfile.ZipInfo("packed.jpg"), CAT, zipfile.ZIP_BZIP2)
    link = zipfile.ZipInfo("link.jpg")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    archive.writestr(link, b"/etc/passwd")
    archive.writestr("last.jpg", ROCKET)
bytes_ = bytearray(out.getvalue())


def entry(name):
    """Where the directory tells of a member."""
    at = bytes_.rindex(name.encode()) - 46
    assert bytes_[at:at + 4] == b"PK\x01\x02"
    return at


bytes_[entry("encrypted.jpg") + 8] |= 1
struct.pack_into("<I", bytes_, entry("sum.jpg") + 16, 12345)
struct.pack_into("<I", bytes_, entry("more.jpg") + 24, len(CAT) - 100)
struct.pack_into("<I", bytes_, entry("less.jpg") + 24, len(CAT) + 100)
struct.pack_into("<I", bytes_, entry("far.jpg") + 42, 0x7FFFFFF0)
struct.pack_into("<I", bytes_, entry("huge.jpg") + 24, 0xFFFFFFF0)
local = struct.unpack_from("<I", bytes_, entry("bits.jpg") + 42)[0]
bytes_[local + 30 + len("bits.jpg")] = 0x07  # a block of a kind that there is not
write("wrong.zip", bytes(bytes_))

# Zip64: sizes, places and the number of members stand in the wide fields, and something stands before the zip.
wide = io.BytesIO()
with zipfile.ZipFile(wide, "w") as archive:
    with archive.open(zipfile.ZipInfo("n01/cat.jpg", (2023, 11, 14, 22, 13, 20)), "w", force_zip64=True) as member:
        member.write(CAT)
text = wide.getvalue()
at = text.rindex(b"PK\x01\x02")
end = text.rindex(b"PK\x05\x06")
name, length = b"n01/cat.jpg", len(CAT)
extra = struct.pack("<HHQQQ", 1, 24, length, length, 0)
directory = text[at:at + 20] + struct.pack("<IIHHHHHII", 0xFFFFFFFF, 0xFFFFFFFF, len(name), len(extra), 0, 0, 0, 0, 0xFFFFFFFF) + name + extra
end64 = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, 1, 1, len(directory), at)
locator = struct.pack("<IIQI", 0x07064B50, 0, at + len(directory), 1)
tail = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
write("wide.zip", b"#!/bin/sh\n" + text[:at] + directory + end64 + locator + tail)
with zipfile.ZipFile(os.path.join(HERE, "wide.zip")) as archive:
    assert archive.read("n01/cat.jpg") == CAT

# Names as old programs and macOS write them: code page 437, and UTF-8 that is not called so.
out = io.BytesIO()
with zipfile.ZipFile(out, "w") as archive:
    archive.writestr("Fxsse.jpg", CAT)
    archive.writestr("Fxxsse.jpg", ROCKET)
write("names.zip", out.getvalue().replace(b"Fxsse", "Füsse".encode("cp437")).replace(b"Fxxsse", "Füsse".encode()))

# Cut in the middle of the last image; and what is no archive at all.
write("cut.tar", whole[:whole.rindex(COFFEE[-100:])])
write("cut.zip", text[:at])
damaged = bytearray(whole)
damaged[whole.index(b"000001.jpg") + 100] ^= 0x55
write("damaged.tar", bytes(damaged))
write("photo.tar", CAT)
write("empty.zip", b"")

# A number that says more than there is: nothing is to be made of it. And a pax header of 4 GB.
lie = bytearray(tar("lie.tar", [(info("cat.jpg", CAT), CAT)], tarfile.GNU_FORMAT))


def resize(block, octal):
    lie[block + 124:block + 136] = octal
    lie[block + 148:block + 156] = b" " * 8
    lie[block + 148:block + 156] = b"%06o\0 " % sum(lie[block:block + 512])


resize(0, b"77777777777\0")
write("lie.tar", bytes(lie))
lie[0:512] = lie[0:156] + b"x" + lie[157:512]
resize(0, b"77777777777\0")
write("lie-pax.tar", bytes(lie))

# 20 MB of zeros that call themselves a small image, in 20 kB.
out = io.BytesIO()
with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("bomb.png", b"\x89PNG\r\n\x1a\n" + bytes(20_000_000))
bomb = bytearray(out.getvalue())
struct.pack_into("<I", bomb, bomb.rindex(b"bomb.png") - 46 + 24, 1000)
write("bomb.zip", bytes(bomb))
