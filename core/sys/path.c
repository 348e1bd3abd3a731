/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/sys/path.h"

#include <errno.h>
#include <string.h>

const char *ucp_path_last(const char *path, size_t *ret_len)
{
	size_t end = strlen(path);

	while (end > 0 && path[end - 1] == '/') {
		end--;
	}
	size_t start = end;
	while (start > 0 && path[start - 1] != '/') {
		start--;
	}
	*ret_len = end - start;
	return path + start;
}

char *ucp_path_dir(const char *path)
{
	size_t len;
	const char *last = ucp_path_last(path, &len);

	if (len == 0 && path[0] == '/') {
		return strdup("/");
	}
	return last == path ? strdup(".") : strndup(path, (size_t)(last - path));
}

int ucp_path_tidy(char *to, const char *path)
{
	const char *begin = to;

	if (path[0] == '/') {
		return -EXDEV;
	}
	while (*path != '\0') {
		size_t len = strcspn(path, "/");
		if (len == 2 && memcmp(path, "..", 2) == 0) {
			return -EXDEV;
		}
		if (len > 0 && !(len == 1 && path[0] == '.')) {
			if (to != begin) {
				*to++ = '/';
			}
			memcpy(to, path, len);
			to += len;
		}
		path += len;
		path += strspn(path, "/");
	}
	*to = '\0';
	return 0;
}
