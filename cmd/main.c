/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Entry point, and a map of the tree.
 *
 *   cmd/      argv in, exit status out; the only room that prints or exits
 *     main        this
 *     options     argv -> struct ucp_options, one by one (parsing); settle: together;
 *                 argument: words and numbers; help: --help
 *     mode_copy   plain copies: operands, signals, exit status
 *     preflight   --preflight: room for a copy, estimated before it
 *     mode_clean  --clean-temps; mode_check: --check; mode_compare: --compare; ending: how
 *                 the last two end, and the words they share
 *     report      events -> messages; quote: names in messages
 *     outfile     the file of --manifest, written whole or not at all
 *     progress    the status line
 *     status      exit statuses
 *   core/     policy: what is copied, in which order, with which metadata
 *     job         one run: operands, workers, the end
 *     plan        descriptors, memory and CPUs shared out; facts tells it to --debug
 *     worker      a thread: its engine, buffers and share of the work
 *     task        queues of work that workers steal from
 *     walk        directories and operands -> entries
 *     enter       directories on the way down: made; finish: on the way up
 *     roots       the tops of what is being made
 *     dir         a directory on both sides: descriptors, budget, paths
 *     entry       one thing to copy, and where to
 *     place       what to do when the destination exists; backup: moving it aside;
 *                 replace: something else in its place, in one step
 *     create      the destination of a regular file; busy: one copy at a time into each;
 *                 temp: --atomic, where it is until it has its name
 *     copy        one regular file, from open to close; start reading here
 *     chunk       its data, by linked chains of requests, and other passes over it
 *     change      sources that changed while they were copied; verify: copies, and sources,
 *                 read again; again: what has failed there is copied once more
 *     extent      data and holes
 *     offload     FICLONE and copy_file_range
 *     stream      pipes, devices, /proc
 *     links       hard-link groups; special: symlinks, FIFOs, sockets, devices
 *     unpack      the decoder of archives: entries -> members; archive: libarchive; spread: cpio
 *     descent     the way from the target to an entry's directory
 *     feed        what decoder and workers share: room, names; member: an entry on its way
 *     barrier     complete files that wait to be made durable together
 *     parked      entries that wait for another copy
 *     mode        permission bits, at first and in the end
 *     meta        owner, mode, ACLs, attributes, times; attrs: those of an archive; context: SELinux labels;
 *                 flags: chattr flags and project ids
 *     note        -v and the manifest; inventory: the one in mtree form, when all is done
 *     check       a tree against a list; inspect: one name of it, but for contents
 *     compare     a tree against another; xdiff: extended attributes of two things
 *     tour        names of a tree, or of two in step; readers: contents of many files, read
 *                 through the engines; reading: one of these workers
 *     fs          what a pair of filesystems can do; direct: large files past the page cache;
 *                 uncached: --cache=drop
 *     event, settings   what goes in and what comes out
 *   core/engine/  mechanism: how I/O is carried out
 *     engine      the interface; uring: linked chains; serial: the reference;
 *                 step: a request with plain calls; buf: buffers
 *   core/sys/ thin wrappers over the kernel: fd, beneath, attr, cache, limit, mount, path,
 *             retry; container
 *   hash/     bytes -> digest: digest, xxh, sha, hex, manifest; sums: its lines read;
 *             mtree: lines of that form; spec: read; library: libcrypto, when it is needed
 */
#include "cmd/mode_check.h"
#include "cmd/mode_clean.h"
#include "cmd/mode_compare.h"
#include "cmd/mode_copy.h"
#include "cmd/options.h"
#include "cmd/status.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/** Standard output was closed; what takes its place says otherwise. */
static bool main_lacks_stdout;

/**
 * Take the descriptors of standard streams that are closed, lest a file that is
 * copied gets one, and what is printed.
 *
 * /dev/null would do, but for opening it once more as /dev/stdout, which must
 * fail as it does for cp; it may also not be there.
 */
static void main_guard_streams(void)
{
	int fd;

	do {
		fd = epoll_create1(EPOLL_CLOEXEC);
		main_lacks_stdout = main_lacks_stdout || fd == STDOUT_FILENO;
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO) {
		(void)close(fd); /* nothing was closed, or not any more */
	}
}

/** Flush standard output; what could not be written is a failure. */
static int main_close_stdout(const char *name, int status)
{
	if (fflush(stdout) != 0 || ferror(stdout) != 0) {
		fprintf(stderr, "%s: write error: %s\n", name,
			strerror(main_lacks_stdout ? EBADF : errno));
		return status == UCP_STATUS_OK ? UCP_STATUS_FAILED : status;
	}
	return status;
}

int main(int argc, char **argv)
{
	struct ucp_options opts;
	int status = UCP_STATUS_OK;

	main_guard_streams();
	(void)setlocale(LC_CTYPE, ""); /* for what is printable; the C locale will do */
	enum ucp_parse parse = ucp_options_parse(argc, argv, &opts);
	const char *name = opts.called_as_cp ? "cp" : "ucp";
	switch (parse) {
	case UCP_PARSE_HELP:
		ucp_options_help(name);
		break;
	case UCP_PARSE_VERSION:
		printf("ucp %s\n", UCP_VERSION);
		break;
	case UCP_PARSE_LIST:
		ucp_options_list();
		break;
	case UCP_PARSE_FAILED:
		return opts.called_as_cp ? UCP_STATUS_FAILED : UCP_STATUS_USAGE;
	case UCP_PARSE_RUN:
		(void)signal(SIGUSR1, SIG_IGN); /* only a copy has something to say; see mode_copy.c */
		status = opts.clean_temps     ? ucp_mode_clean(&opts)
			 : opts.check != NULL ? ucp_mode_check(&opts)
			 : opts.compare       ? ucp_mode_compare(&opts)
					      : ucp_mode_copy(&opts);
		break;
	}
	return main_close_stdout(name, status);
}
