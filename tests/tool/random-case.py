#!/usr/bin/env python3
# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
"""Make a random case for comparing two copiers, the same one for the same seed.

random-case.py SEED makes src/ and dst/ in the working directory and prints the
arguments of a cp command, one a line. Everything is dated before 2010.
"""
import os
import random
import subprocess
import sys

ODD = ["a", "b", "c~", "with space", "new\nline", "it's", "\\", "-dash", "*", "$x", "ünïcode", "tab\t",
       ".hidden", "x" * 200, "..."]
MODES = [0o644, 0o600, 0o444, 0o755, 0o4755, 0o2755, 0o666, 0o400, 0o640, 0o6777]
DIR_MODES = [0o755, 0o700, 0o2775, 0o1777, 0o750]


class Case:
    """One case in the making."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.files = []
        self.dirs = []

    def name(self, at):
        """A name that is free in a directory."""
        while True:
            base = self.rng.choice(ODD) if self.rng.random() < 0.4 else "f%d" % self.rng.randrange(40)
            path = os.path.join(at, base)
            if not os.path.lexists(path):
                return path

    def regular(self, path):
        """A file: empty, small, some chunks, or with holes."""
        rng = self.rng
        kind = rng.randrange(6)
        with open(path, "wb") as f:
            if kind == 1:
                f.write(rng.randbytes(rng.randrange(1, 5000)))
            elif kind == 2:
                f.write(rng.randbytes(rng.choice([4096, 65535, 65536, 65537, 200000])))
            elif kind == 3:
                f.write(bytes(rng.choice([1, 4096, 100000])))
            elif kind == 4:
                f.truncate(rng.randrange(1, 400000))
                for _ in range(rng.randrange(3)):
                    f.seek(4096 * rng.randrange(60))
                    f.write(rng.randbytes(rng.randrange(1, 9000)))
            elif kind == 5:
                f.write(b"text\n" * rng.randrange(1, 200))

    def entry(self, at):
        """One more thing in a directory."""
        rng = self.rng
        path = self.name(at)
        kind = rng.randrange(20)
        if kind < 10:
            self.regular(path)
            self.files.append(path)
        elif kind < 13:
            os.mkdir(path)
            self.fill(path)
        elif kind < 16:
            target = rng.choice([".", "nowhere", os.path.basename(rng.choice(self.files))
                                 if self.files else "x", "../a", "/etc/hostname"])
            os.symlink(target, path)
        elif kind < 18 and self.files:
            os.link(rng.choice(self.files), path, follow_symlinks=False)
        elif kind == 18:
            os.mkfifo(path)
        elif os.geteuid() == 0:
            os.mknod(path, 0o600 | 0o020000, os.makedev(1, 3))

    def fill(self, at):
        """A directory's contents."""
        self.dirs.append(at)
        depth = at.count("/")
        for _ in range(self.rng.randrange(0, 9 if depth < 3 else 2)):
            self.entry(at)

    def dress(self, path):
        """Attributes of anything."""
        rng = self.rng
        is_link = os.path.islink(path)
        is_dir = os.path.isdir(path) and not is_link
        root = os.geteuid() == 0
        if root and rng.random() < 0.3:
            os.chown(path, rng.choice([0, 1, 1234]), rng.choice([0, 2, 4321]), follow_symlinks=False)
        if not is_link and rng.random() < 0.5:
            os.chmod(path, rng.choice(DIR_MODES if is_dir else MODES))
        if not is_link and (is_dir or os.path.isfile(path)):
            if rng.random() < 0.15:
                os.setxattr(path, "user.key%d" % rng.randrange(3), rng.randbytes(rng.randrange(60)))
            if root and rng.random() < 0.05:
                os.setxattr(path, "trusted.t", b"t")
            if rng.random() < 0.12:
                acl = "%su:%d:%s" % (rng.choice(["", "d:"]) if is_dir else "", rng.randrange(5),
                                     rng.choice(["rwx", "r", "-"]))
                subprocess.run(["setfacl", "-m", acl, path], check=True)

    def date(self, path):
        """Times before 2010, to the nanosecond."""
        rng = self.rng
        ns = rng.randrange(900000000, 1200000000) * 1000000000 + rng.choice([0, 500000000, 123456789])
        os.utime(path, ns=(ns, ns), follow_symlinks=False)

    def tree(self, top):
        """A whole tree, dressed from the leaves up."""
        self.files, self.dirs = [], []
        os.mkdir(top)
        self.fill(top)
        for at, dirs, files in os.walk(top, topdown=False):
            for base in sorted(files + dirs):
                self.dress(os.path.join(at, base))
        for at, dirs, files in os.walk(top, topdown=False):
            for base in sorted(files + dirs):
                self.date(os.path.join(at, base))
        self.date(top)

    def options(self):
        """A set of options that fit together."""
        rng = self.rng
        args = [rng.choice(["-r", "-a", "-R", "-dr", "-rp", "-rP", "-rH", "-rL", "-a"])]
        some = [
            ["--preserve=" + rng.choice(["mode", "timestamps", "ownership", "links", "xattr", "all",
                                         "mode,links"])],
            ["--no-preserve=" + rng.choice(["mode", "timestamps", "ownership", "links", "xattr", "all"])],
            ["--sparse=" + rng.choice(["auto", "always", "never"])],
            ["--reflink=" + rng.choice(["auto", "never"])],
            ["-f"], ["-n"], ["-u"], ["-v"], ["-x"], ["-p"], ["-d"], ["--remove-destination"],
            ["--attributes-only"], ["-l"],
        ]
        for option in some:
            if rng.random() < 0.16:
                args += option
        if "-n" not in args and rng.random() < 0.15:
            args.append("--backup=" + rng.choice(["numbered", "existing"]))
        return args

    def operands(self):
        """What is copied where."""
        rng = self.rng
        kind = rng.randrange(5)
        if kind == 0:
            return ["-T", "src", "dst"]
        if kind == 1:
            return ["src", "dst"]
        if kind == 2:
            return ["src/.", "dst"]
        if kind == 3:
            return ["-t", "dst", "src"]
        return ["src", "new"]


def main():
    """See the top of the file."""
    case = Case(int(sys.argv[1]))
    os.umask(0o022)
    case.tree("src")
    if case.rng.random() < 0.6:
        case.tree("dst")
        if case.rng.random() < 0.5:
            # The same tree, for names that are there already.
            subprocess.run(["/bin/cp", "-a", "src", "dst/src"], check=False, stderr=subprocess.DEVNULL)
    else:
        os.mkdir("dst")
        case.date("dst")
    umask = case.rng.choice(["022", "077", "0", "027"])
    print(umask)
    for arg in case.options() + case.operands():
        print(arg)


main()
