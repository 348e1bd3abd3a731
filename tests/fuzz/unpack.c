/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * libFuzzer: archives of any bytes, unpacked for real, one after the other.
 *
 * The first byte chooses options, the rest is the archive. What is looked for beside crashes,
 * leaks and hangs: something outside of the directory, and temporary names left in it. It runs as
 * whoever starts it, so as root devices are made; all is below /dev/shm.
 *
 *     make fuzz FUZZ_TIME=1800
 */
#include "core/archive.h"
#include "core/job.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/** The directory around that which is unpacked into. */
static char jail[64];

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** What is told is not looked at. */
static void hear(void *ctx, const struct ucp_event *event)
{
	(void)ctx, (void)event;
}

/** Nothing is asked. */
static bool answer(void *ctx, const struct ucp_question *question)
{
	(void)ctx, (void)question;
	return true;
}

/** Let ourselves into what is to be removed. */
static int open_up(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)ftw;
	if (type == FTW_D) {
		(void)chmod(path, 0700);
	}
	return 0;
}

/** Remove one entry, which must not be a temporary one. */
static int take_down(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type;
	if (strncmp(path + ftw->base, ".ucp-", 5) == 0 && strlen(path + ftw->base) == 13) {
		fprintf(stderr, "left behind: %s\n", path);
		abort();
	}
	(void)remove(path);
	return 0;
}

/** Remove what was unpacked, and see that there is nothing else. */
static void clean(const char *target)
{
	(void)nftw(target, open_up, 16, FTW_PHYS | FTW_MOUNT);
	(void)nftw(target, take_down, 16, FTW_PHYS | FTW_MOUNT | FTW_DEPTH);
	if (rmdir(jail) != 0) {
		fprintf(stderr, "%s is not empty: %s\n", jail, strerror(errno));
		abort();
	}
}

/** Settings by the bits of a byte. */
static struct ucp_settings choose(uint8_t bits)
{
	return (struct ucp_settings){
		.unpack = true,
		.recursive = true,
		.keep_mode = true,
		.keep_owner = true,
		.keep_times = true,
		.keep_links = true,
		.keep_xattrs = true,
		.remove_first = true,
		.numeric_ids = true,
		.umask = 022,
		.atomic = (bits & 1) != 0,
		.fsync = (bits & 2) != 0 ? UCP_FSYNC_FILE : UCP_FSYNC_NEVER,
		.digest = (bits & 4) != 0 ? UCP_DIGEST_XXH128 : UCP_DIGEST_NONE,
		.manifest = (bits & 4) != 0,
		.verify = (bits & 12) == 12 ? UCP_VERIFY_CACHE : UCP_VERIFY_NEVER,
		.strip = (bits & 16) != 0,
		.sparse = (bits & 32) != 0 ? UCP_SPARSE_ALWAYS : UCP_SPARSE_AUTO,
		.keep_dir_links = (bits & 64) != 0,
		.engine = (bits & 128) != 0 ? UCP_CHOOSE_THREADS : UCP_CHOOSE_SERIAL,
		.jobs = (bits & 128) != 0 ? 3 : 1,
		.mem_limit = 1 << 20,
	};
}

/** A line of the manifest goes nowhere. */
static int drop_line(void *ctx, const char *line, size_t len)
{
	(void)ctx, (void)line, (void)len;
	return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	if (!ucp_archive_is_had()) {
		fprintf(stderr, "there is no libarchive\n");
		abort();
	}
	(void)snprintf(jail, sizeof(jail), "/dev/shm/ucp-fuzz.%d", (int)getpid());
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ucp_listener listener = {.tell = hear, .ask = answer};
	struct ucp_job *job = NULL;
	struct ucp_result result;
	char source[64], target[80];

	if (size < 1) {
		return 0;
	}
	const struct ucp_settings set = choose(data[0]);
	int fd = memfd_create("archive", 0);
	if (fd < 0 || write(fd, data + 1, size - 1) != (ssize_t)(size - 1) ||
	    lseek(fd, 0, SEEK_SET) != 0) {
		abort();
	}
	(void)snprintf(source, sizeof(source), "/proc/self/fd/%d", fd);
	(void)snprintf(target, sizeof(target), "%s/in", jail);
	if (mkdir(jail, 0700) != 0 || mkdir(target, 0700) != 0) {
		abort();
	}
	const char *const sources[] = {source};
	const struct ucp_operands ops = {
		.sources = sources, .n_sources = 1, .target = target, .target_is_dir = true};
	if (ucp_job_new(&set, &listener, &job) == 0 && ucp_job_start(job, &ops) == 0) {
		while (!ucp_job_wait(job, -1)) {
		}
		ucp_job_end(job, &result);
		if (set.manifest) {
			(void)ucp_job_manifest(job, NULL, drop_line, NULL);
		}
	}
	ucp_job_free(job);
	(void)close(fd);
	clean(target);
	return 0;
}
