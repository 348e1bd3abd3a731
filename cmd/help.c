/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* The text of --help: one screen, 80 columns; tests/lib/check-man compares it with the option table. */
#include "cmd/options.h"

#include <stdio.h>

void ucp_options_help(const char *name)
{
	static const char text[] =
"What is copied\n"
"  -a, --archive              all of it: -dR --preserve=all\n"
"  -r, -R, --recursive        directories and what is in them\n"
"  -p                         same as --preserve=mode,ownership,timestamps\n"
"      --preserve[=LIST]      mode,ownership,timestamps (default), links,context,\n"
"      --no-preserve=LIST       xattr,all,flags,project\n"
"  -d                         same as -P --preserve=links\n"
"  -H, -L, -P                 follow symlinks: operands, all, none\n"
"      --dereference, --no-dereference  same as -L, -P\n"
"  -l, --link; -s, --symbolic-link     make links instead of copies\n"
"  -x, --one-file-system      stay on the source's filesystem\n"
"      --attributes-only      no data\n"
"      --copy-contents        of special files, with -r\n"
"      --sparse=WHEN          holes: auto (default), always, never\n"
"      --reflink[=WHEN]       share extents: auto (default), always, never\n"
"  -Z, --context[=CTX]        SELinux context of new files: the policy's, or CTX\n"
"Where it goes\n"
"  -t, --target-directory=DIR; -T, --no-target-directory\n"
"      --parents              keep the source's path below the target\n"
"      --strip-trailing-slashes  from each source\n"
"      --keep-directory-symlink  follow those in the destination\n"
"What is in the way\n"
"  -f, --force                remove what cannot be opened\n"
"      --remove-destination   remove whatever is there\n"
"  -i, --interactive; -n, --no-clobber  ask; never overwrite\n"
"  -b, --backup[=CONTROL]     move it aside: existing, numbered, simple, none\n"
"  -S, --suffix=SUFFIX        of simple backups (~)\n"
"  -u, --update[=WHEN]        replace: older (-u), all, none, none-fail\n"
"Beyond cp\n"
"      --atomic               files get their names when they are complete\n"
"      --clean-temps DIR...   remove what a crash of that has left\n"
"      --fsync[=WHEN]         wait for the disk: never, file, batch, fs, chunk\n"
"      --manifest=FILE        digest of each file, for xxhsum -c; - is stdout\n"
"      --hash=xxh128|xxh64|xxh3|sha256; --manifest-format=bsd|gnu\n"
"      --check=MANIFEST [DIR]; --compare SRC DST  what differs, and status 8\n"
"  -v, --verbose; --debug     say what is copied; and how\n"
"  -g, --progress[=WHEN]      auto, always, never; -q, --quiet  no progress\n"
"      --stats                a summary at the end\n"
"      --engine=ENGINE        auto, uring, threads, serial\n"
"  -j, --jobs=N               workers; --queue-depth=N  requests each (64)\n"
"      --chunk-size=SIZE      of large files (512K); --mem-limit=SIZE  (256M)\n"
"      --io-workers=N         kernel threads a ring (queue depth)\n"
"      --help, --version\n"
"\n"
"Exit status: 0 done, 1 something failed, 2 usage, 6 no space, 7 fsync failed,\n"
"8 differences, 69 engine not available, 128+N signal. See ucp(1).\n";

	printf("Usage: %s [OPTION]... SOURCE DEST\n"
	       "  or:  %s [OPTION]... SOURCE... DIRECTORY\n"
	       "Copy files and trees, with the options of cp.\n\n%s",
	       name, name, text);
}
