#!/usr/bin/env python3
# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
"""Unpack an archive that is cut off, or in which bits are flipped, again and again.

damage.py ARCHIVE TREE cut|flip FIRST-LAST COMMAND...: COMMAND ARCHIVE DIR unpacks; ARCHIVE is of
TREE. The same number does the same damage. For each number at which something is wrong a line
is printed:

- the command ends with a status of 126 or more, or not within ten seconds;
- there is something outside of DIR, or a temporary name within;
- a file has neither the size it has in the archive nor in TREE; cut off, it is not that of TREE;
- there was nothing to tell, but what is there is not what bsdtar makes of it.
"""
import os
import random
import re
import shutil
import subprocess
import sys

LINE = re.compile(r"\s(\d+)\s+[A-Z][a-z]{2}\s+\d+\s+(?:\d\d:\d\d|-?\d{4,})\s(.*)$")
CUTS = 40


def damaged(data, how, number):
    """The archive with the damage of this number."""
    rng = random.Random(number)
    if how == "cut":
        # every other cut is between two blocks of tar
        at = len(data) * (number - 1) // CUTS + rng.randrange(max(len(data) // CUTS, 1))
        return data[: at // 512 * 512 if number % 2 else at]
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        at = rng.randrange(len(data))
        while data[at] == 0 and rng.random() < 0.95:  # zeros are mostly padding
            at = rng.randrange(len(data))
        data[at] ^= 1 << rng.randrange(8)
    return bytes(data)


def contents(top):
    """Path -> bytes of a file, target of a symlink, None for a directory, a type of what else."""
    found = {}
    for base, dirs, files in os.walk(top):
        for name in dirs + files:
            path = os.path.join(base, name)
            key = os.path.relpath(path, top)
            if os.path.islink(path):
                found[key] = os.readlink(path)
            elif os.path.isdir(path):
                found[key] = None
            elif os.path.isfile(path):
                with open(path, "rb") as file:
                    found[key] = file.read()
            else:
                found[key] = os.lstat(path).st_mode
    return found


def sizes(archive):
    """Name -> sizes that entries of this name have."""
    listed = subprocess.run(["bsdtar", "-tvf", archive], capture_output=True, timeout=10).stdout
    known = {}
    for line in listed.decode("utf-8", "surrogateescape").splitlines():
        match = LINE.search(line)
        if match:
            name = re.sub(" (->|link to) .*", "", match.group(2)).lstrip("./")
            known.setdefault(name, set()).add(int(match.group(1)))
    return known


def judge(archive, status, got, tree, how):
    """What is wrong with what is left, or nothing."""
    known = sizes(archive) if how == "flip" else {}
    for name, data in got.items():
        if os.path.basename(name).startswith(".ucp-"):
            return "a temporary name is left"
        if not isinstance(data, bytes):
            continue
        if how == "cut":
            if data != tree.get(name):
                return "'%s' is not whole" % name
            continue
        fine = known.get(name, set()) | ({len(tree[name])} if isinstance(tree.get(name), bytes) else set())
        if fine and len(data) not in fine and os.lstat("jail/in/" + name).st_nlink == 1:
            return "'%s' has %d bytes, not %s" % (name, len(data), fine)
    if status == 0:
        os.mkdir("reference")
        bsdtar = subprocess.run(["bsdtar", "-xf", archive, "-C", "reference"], capture_output=True, timeout=10)
        wanted = contents("reference")
        shutil.rmtree("reference")
        if got != wanted:
            return "nothing was told, but these differ: %s" % sorted(
                name for name in {**got, **wanted} if got.get(name, 0) != wanted.get(name, 0))
        if how == "cut" and bsdtar.returncode != 0:
            return "nothing was told: " + bsdtar.stderr.decode("utf-8", "replace")
    return None


def attempt(data, tree, how, number, command):
    """What is wrong after damage of one number, or nothing."""
    os.makedirs("jail/in")
    with open("damaged", "wb") as file:
        file.write(damaged(data, how, number))
    try:
        done = subprocess.run(command + ["damaged", "jail/in"], capture_output=True, timeout=10)
    except subprocess.TimeoutExpired:
        return "it does not end"
    if done.returncode < 0 or done.returncode >= 126:
        return "status %d: %s" % (done.returncode, done.stderr.decode("utf-8", "replace"))
    if done.returncode != 0 and not done.stderr:
        return "status %d, and nothing is told" % done.returncode
    if os.listdir("jail") != ["in"]:
        return "outside there is %s" % os.listdir("jail")
    for base, dirs, _ in os.walk("jail/in"):
        for name in dirs:
            if not os.path.islink(os.path.join(base, name)):
                os.chmod(os.path.join(base, name), 0o700)
    return judge("damaged", done.returncode, contents("jail/in"), tree, how)


def main():
    """See the top of the file."""
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    tree = contents(sys.argv[2])
    first, last = (int(number) for number in sys.argv[4].split("-"))
    wrong = 0
    for number in range(first, last + 1):
        text = attempt(data, tree, sys.argv[3], number, sys.argv[5:])
        shutil.rmtree("jail")
        if text:
            print("%s %d of %s: %s" % (sys.argv[3], number, sys.argv[1], text))
            wrong = 1
    sys.exit(wrong)


main()
