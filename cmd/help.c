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
"      --preserve[=LIST]      mode,ownership,timestamps (default), links,context,\n"
"      --no-preserve=LIST       xattr,all,flags,project\n"
"  -p; -d                     same as --preserve; as -P --preserve=links\n"
"  -H; -L, --dereference; -P, --no-dereference  follow links: operands; all; no\n"
"  -l, --link; -s, --symbolic-link     make links instead of copies\n"
"  -x, --one-file-system      stay on the source's filesystem\n"
"      --attributes-only      no data; --copy-contents  of special files, with -r\n"
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
"      --safe                 the same as --atomic --fsync=batch --verify\n"
"      --atomic               files get their names when they are complete;\n"
"      --clean-temps DIR...     what a crash of that has left is removed\n"
"      --fsync[=WHEN]         wait for the disk: never, file, batch, fs, chunk\n"
"      --verify[=HOW]         read copies back: readback, both, cache, never\n"
"      --on-change=WHAT       source: retry, warn, fail, ignore; --retries=N\n"
"      --manifest=FILE        digest of each file, for xxhsum -c; - is stdout\n"
"      --hash=xxh128|xxh64|xxh3|sha256; --manifest-format=bsd|gnu|mtree\n"
"      --check=MANIFEST [DIR]; --compare SRC DST  what differs, and status 8\n"
"      --unpack ARCHIVE... DIR  --strip-components=N, --numeric-ids\n"
"  -v, --verbose; --debug     say what is copied; and how; --help, --version\n"
"  -g, --progress[=WHEN]      auto, always, never; -q, --quiet  no progress\n"
"      --preflight[=WHAT]     is there room: warn, fail, never; --stats  summary\n"
"      --engine=ENGINE        auto, uring, threads, serial; --poll=kernel\n"
"      --cache=drop           keep out of page cache; --direct  over 64K past it\n"
"  -j, --jobs=N               workers; each: --queue-depth=N, --io-workers=N\n"
"      --chunk-size=SIZE      of large files (512K); --mem-limit=SIZE\n"
"\n"
"Exit status: 0 done, 1 something failed, 2 usage, 4 differs, 5 source changed,\n"
"6 no space, 7 fsync failed, 8 differences, 69 no engine, 128+N. See ucp(1).\n";

	printf("Usage: %s [OPTION]... SOURCE DEST\n"
	       "  or:  %s [OPTION]... SOURCE... DIRECTORY\n"
	       "Copy files and trees, with the options of cp.\n\n%s",
	       name, name, text);
}
