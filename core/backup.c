/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/backup.h"

#include "core/replace.h"
#include "core/sys/fd.h"
#include "core/sys/path.h"
#include "core/sys/retry.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** Where the last component of a path begins. */
static size_t backup_base(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash != NULL ? (size_t)(slash - name) + 1 : 0;
}

/** Put a suffix behind a name, or, where that is too long for one, a '~' as its last byte. */
static char *backup_append(const char *name, const char *suffix)
{
	size_t base = backup_base(name);
	char *text = NULL;

	if (asprintf(&text, "%s%s", name, suffix) < 0) {
		return NULL;
	}
	if (strlen(text + base) > NAME_MAX) {
		size_t len = strlen(name + base);
		len = len < NAME_MAX - 1 ? len : NAME_MAX - 2;
		text[base + len] = '~';
		text[base + len + 1] = '\0';
	}
	return text;
}

/** The digits of a numbered backup of base, or NULL; ret_len has their number. */
static const char *backup_digits(const char *entry, const char *base, size_t *ret_len)
{
	size_t len = strlen(base);

	if (strncmp(entry, base, len) != 0 || strncmp(entry + len, ".~", 2) != 0 ||
	    entry[len + 2] < '1' || entry[len + 2] > '9') {
		return NULL;
	}
	const char *digits = entry + len + 2;
	size_t n = strspn(digits, "0123456789");
	if (strcmp(digits + n, "~") != 0) {
		return NULL;
	}
	*ret_len = n;
	return digits;
}

/** Count one up: decimal digits of any length, with room for one more. */
static void backup_count(char *digits)
{
	size_t len = strlen(digits);
	size_t at = len;

	while (at > 0 && digits[at - 1] == '9') {
		digits[--at] = '0';
	}
	if (at > 0) {
		digits[at - 1]++;
		return;
	}
	memmove(digits + 1, digits, len + 1);
	digits[0] = '1';
}

/**
 * Find the highest numbered backup of a name.
 *
 * @digits  room for NAME_MAX + 1 bytes: its number, "" when there is none
 * Returns 0, or a negative errno.
 */
static int backup_highest(int dir, const char *name, char *digits)
{
	size_t base = backup_base(name);

	digits[0] = '\0';
	char *path = base > 0 ? strndup(name, base) : strdup(".");
	if (path == NULL) {
		return -ENOMEM;
	}
	int fd = ucp_fd_openat(dir, path, O_RDONLY | O_DIRECTORY, 0);
	free(path);
	if (fd < 0) {
		return fd;
	}
	DIR *stream = fdopendir(fd);
	if (stream == NULL) {
		int err = -errno;
		ucp_fd_drop(&fd);
		return err;
	}
	for (struct dirent *ent = readdir(stream); ent != NULL; ent = readdir(stream)) {
		size_t len = 0;
		const char *found = backup_digits(ent->d_name, name + base, &len);
		size_t have = strlen(digits);
		if (found != NULL &&
		    (len > have || (len == have && memcmp(found, digits, len) > 0))) {
			memcpy(digits, found, len);
			digits[len] = '\0';
		}
	}
	(void)closedir(stream); /* only read from */
	return 0;
}

int ucp_backup_name(int dir, const char *name, const struct ucp_settings *set, char **ret_name)
{
	char digits[NAME_MAX + 2] = "";
	char suffix[NAME_MAX + 8];

	if (set->backup != UCP_BACKUP_SIMPLE) {
		int err = backup_highest(dir, name, digits);
		/* A directory that may be written to and not read: the first number will do. */
		if (err < 0 && err != -EACCES) {
			return err;
		}
	}
	bool is_simple = set->backup == UCP_BACKUP_SIMPLE ||
			 (set->backup == UCP_BACKUP_EXISTING && digits[0] == '\0');
	if (!is_simple) {
		backup_count(digits[0] != '\0' ? digits : strcpy(digits, "0"));
		(void)snprintf(suffix, sizeof(suffix), ".~%s~", digits);
	}
	char *text = backup_append(name, is_simple ? set->backup_suffix : suffix);
	if (text == NULL) {
		return -ENOMEM;
	}
	*ret_name = text;
	return 0;
}

/** Whether a backup name carries a number, and so must not replace anything. */
static bool backup_is_numbered(const char *name, const char *backup)
{
	size_t len = 0;

	return backup_digits(backup + backup_base(backup), name + backup_base(name), &len) != NULL;
}

/** Move a name aside: 0, or a negative errno. */
static int backup_rename(int dir, const char *name, const char *backup, bool is_numbered)
{
	unsigned int flags = is_numbered ? RENAME_NOREPLACE : 0;
	int rc = UCP_RETRY(renameat2(dir, name, dir, backup, flags));

	if (rc != 0 && flags != 0 && errno == EINVAL) {
		/* The filesystem cannot promise it; the name was free a moment ago. */
		rc = UCP_RETRY(renameat(dir, name, dir, backup));
	}
	return rc == 0 ? 0 : -errno;
}

/** Make the backup one more name: 0, or a negative errno. */
static int backup_add(int dir, const char *name, const char *backup, bool is_numbered)
{
	const struct ucp_replacement link = {.type = S_IFREG, .from = name, .from_dir = dir};

	if (!is_numbered) {
		return ucp_replace(&link, dir, backup);
	}
	return UCP_RETRY(linkat(dir, name, dir, backup, 0)) == 0 ? 0 : -errno;
}

/** Find a name, and make the backup by one of these. */
static int backup_make(int dir, const char *name, const struct ucp_settings *set,
		       int (*make)(int dir, const char *name, const char *backup, bool is_numbered),
		       char **ret_backup)
{
	for (;;) {
		char *backup = NULL;
		int err = ucp_backup_name(dir, name, set, &backup);
		if (err < 0) {
			return err;
		}
		err = make(dir, name, backup, backup_is_numbered(name, backup));
		if (err == 0) {
			*ret_backup = backup;
			return 0;
		}
		free(backup);
		if (err != -EEXIST) {
			return err;
		}
		/* Somebody else took the number: look again. */
	}
}

int ucp_backup_make(int dir, const char *name, const struct ucp_settings *set, char **ret_backup)
{
	return backup_make(dir, name, set, backup_rename, ret_backup);
}

int ucp_backup_link(int dir, const char *name, const struct ucp_settings *set, char **ret_backup)
{
	return backup_make(dir, name, set, backup_add, ret_backup);
}

int ucp_backup_undo(int dir, const char *backup, const char *name)
{
	struct stat st, there;

	if (ucp_fd_statat(dir, backup, AT_SYMLINK_NOFOLLOW, &st) == 0 &&
	    ucp_fd_statat(dir, name, AT_SYMLINK_NOFOLLOW, &there) == 0 &&
	    st.st_ino == there.st_ino && st.st_dev == there.st_dev) {
		return UCP_RETRY(unlinkat(dir, backup, 0)) == 0 ? 0 : -errno;
	}
	/* Whatever has the name by now is somebody else's, and stays. */
	int rc = UCP_RETRY(renameat2(dir, backup, dir, name, RENAME_NOREPLACE));
	if (rc != 0 && errno == EINVAL) {
		rc = UCP_RETRY(renameat(dir, backup, dir, name));
	}
	return rc == 0 ? 0 : -errno;
}

bool ucp_backup_is_source(int dir, const char *name, const struct ucp_settings *set,
			  const char *src, const struct stat *src_st)
{
	const char *base = name + backup_base(name);
	size_t len = strlen(base);
	size_t src_len;
	const char *last = ucp_path_last(src, &src_len);
	struct stat st;
	char *text = NULL;

	if (src_len != len + strlen(set->backup_suffix) || strncmp(last, base, len) != 0 ||
	    strncmp(last + len, set->backup_suffix, src_len - len) != 0 ||
	    asprintf(&text, "%s%s", name, set->backup_suffix) < 0) {
		return false;
	}
	int err = ucp_fd_statat(dir, text, 0, &st);
	free(text);
	return err == 0 && st.st_dev == src_st->st_dev && st.st_ino == src_st->st_ino;
}
