/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Print a tree as stable text, one entry a line, for comparing two trees with
 * diff: type, mode, owner, size, mtime in ns, device, link group, map of data
 * (in blocks of 4 KiB), extended attributes, symlink target, path.
 * With SUMS=1 also a checksum of the data; with SINCE=SECONDS an mtime from
 * then on is shown as "now".
 * It shares no code with ucp on purpose.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

/** Names of inodes with several links, in the order they are met. */
static struct group {
	dev_t dev;
	ino_t ino;
} *groups;
static size_t n_groups;

/** Stop on anything unexpected: a comparison must not pass by accident. */
static void die(const char *what, const char *path)
{
	fprintf(stderr, "listing: %s '%s': %s\n", what, path, strerror(errno));
	exit(1);
}

/** The number of an inode's link group. */
static size_t group_of(const struct stat *st)
{
	for (size_t i = 0; i < n_groups; i++) {
		if (groups[i].dev == st->st_dev && groups[i].ino == st->st_ino) {
			return i + 1;
		}
	}
	groups = realloc(groups, (n_groups + 1) * sizeof(*groups));
	if (groups == NULL) {
		die("cannot allocate for", "groups");
	}
	groups[n_groups++] = (struct group){st->st_dev, st->st_ino};
	return n_groups;
}

/** Print extended attributes in sorted order with a checksum of their values. */
static void print_xattrs(const char *path)
{
	char list[65536], value[65536];
	char *names[512];
	size_t n = 0;

	ssize_t len = llistxattr(path, list, sizeof(list));
	for (ssize_t at = 0; at < len && n < 512; at += (ssize_t)strlen(list + at) + 1) {
		names[n++] = list + at;
	}
	for (size_t i = 1; i < n; i++) {
		for (size_t j = i; j > 0 && strcmp(names[j - 1], names[j]) > 0; j--) {
			char *swap = names[j];
			names[j] = names[j - 1];
			names[j - 1] = swap;
		}
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t sum = 14695981039346656037u; /* FNV-1a */
		ssize_t size = lgetxattr(path, names[i], value, sizeof(value));
		for (ssize_t k = 0; k < size; k++) {
			sum = (sum ^ (unsigned char)value[k]) * 1099511628211u;
		}
		printf(" %s=%zd:%016" PRIx64, names[i], size, sum);
	}
}

/** Print where a file has data, unless HOLES=0 is set. */
static void print_map(const char *path, const struct stat *st)
{
	const char *holes = getenv("HOLES");

	if ((holes != NULL && holes[0] == '0') || st->st_blocks * 512 >= st->st_size) {
		return;
	}
	int fd = open(path, O_RDONLY | O_NOFOLLOW);
	if (fd < 0) {
		die("cannot open", path);
	}
	for (off_t at = 0; at < st->st_size;) {
		off_t data = lseek(fd, at, SEEK_DATA);
		if (data < 0) {
			break;
		}
		off_t hole = lseek(fd, data, SEEK_HOLE);
		printf(" %jd-%jd", (intmax_t)(data / 4096), (intmax_t)((hole + 4095) / 4096));
		at = hole;
	}
	close(fd);
}

/** Print a checksum of a file's data, when SUMS=1 is set. */
static void print_sum(const char *path)
{
	const char *sums = getenv("SUMS");
	unsigned char buf[65536];
	uint64_t sum = 14695981039346656037u; /* FNV-1a */
	ssize_t n;

	if (sums == NULL || sums[0] != '1') {
		return;
	}
	int fd = open(path, O_RDONLY | O_NOFOLLOW);
	if (fd < 0) {
		die("cannot open", path);
	}
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t k = 0; k < n; k++) {
			sum = (sum ^ buf[k]) * 1099511628211u;
		}
	}
	close(fd);
	printf(" sum=%016" PRIx64, sum);
}

/** Print an mtime. */
static void print_time(const struct timespec *ts)
{
	const char *since = getenv("SINCE");

	if (since != NULL && ts->tv_sec >= strtoll(since, NULL, 10)) {
		printf(" now");
	} else {
		printf(" %jd.%09ld", (intmax_t)ts->tv_sec, ts->tv_nsec);
	}
}

/** Print one entry. */
static void print_entry(const char *path, const char *shown, const struct stat *st)
{
	char target[4097];

	printf("%06o %u:%u", st->st_mode, st->st_uid, st->st_gid);
	if (!S_ISDIR(st->st_mode)) {
		printf(" %jd", (intmax_t)st->st_size);
	}
	print_time(&st->st_mtim);
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode)) {
		printf(" dev=%u,%u", major(st->st_rdev), minor(st->st_rdev));
	}
	if (!S_ISDIR(st->st_mode) && st->st_nlink > 1) {
		printf(" group=%zu/%ju", group_of(st), (uintmax_t)st->st_nlink);
	}
	if (S_ISREG(st->st_mode)) {
		print_map(path, st);
		print_sum(path);
	}
	print_xattrs(path);
	if (S_ISLNK(st->st_mode)) {
		ssize_t len = readlink(path, target, sizeof(target) - 1);
		if (len < 0) {
			die("cannot read", path);
		}
		printf(" -> %.*s", (int)len, target);
	}
	printf(" %s\n", shown);
}

/** Order of names. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/** Print a tree. */
static void print_tree(const char *path, const char *shown)
{
	struct dirent **list;
	struct stat st;

	if (lstat(path, &st) != 0) {
		die("cannot stat", path);
	}
	print_entry(path, shown, &st);
	if (!S_ISDIR(st.st_mode)) {
		return;
	}
	int n = scandir(path, &list, NULL, by_name);
	if (n < 0) {
		die("cannot read", path);
	}
	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;
		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
			char *below, *below_shown;
			if (asprintf(&below, "%s/%s", path, name) < 0 ||
			    asprintf(&below_shown, "%s/%s", shown, name) < 0) {
				die("cannot allocate for", path);
			}
			print_tree(below, below_shown);
			free(below);
			free(below_shown);
		}
		free(list[i]);
	}
	free(list);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: listing DIR\n");
		return 2;
	}
	print_tree(argv[1], ".");
	return 0;
}
