/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/sys/path.h"

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
