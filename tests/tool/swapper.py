#!/usr/bin/env python3
# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
"""Turn directories into symlinks and back, as fast as it goes, until killed.

swapper.py OUTSIDE DIR...: each DIR in turn becomes a symlink to OUTSIDE for a moment.
"""
import os
import sys


def swap(outside, path):
    """One directory, once there and back; whatever is missing is passed over."""
    aside = path + ".aside"
    try:
        os.rename(path, aside)
        os.symlink(outside, path)
    except OSError:
        pass
    try:
        if os.path.islink(path):
            os.unlink(path)
    except OSError:
        pass
    try:
        os.rename(aside, path)
    except OSError:
        # A copier has made the directory anew: what was set aside is out of the game.
        os.system("rm -rf '%s'" % aside)


def main():
    """See the top of the file."""
    while True:
        for path in sys.argv[2:]:
            swap(sys.argv[1], path)


main()
