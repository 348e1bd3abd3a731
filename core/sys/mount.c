/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/sys/mount.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Turn the kernel's \ooo into the bytes they stand for, in place. */
static void mount_unescape(char *text)
{
	char *to = text;

	for (const char *at = text; *at != '\0'; to++) {
		if (at[0] == '\\' && strspn(at + 1, "01234567") >= 3) {
			*to = (char)((at[1] - '0') << 6 | (at[2] - '0') << 3 | (at[3] - '0'));
			at += 4;
		} else {
			*to = *at++;
		}
	}
	*to = '\0';
}

/** The mount point in a line of mountinfo, its fifth field, or NULL. */
static char *mount_point(char *line)
{
	char *rest = line;
	char *field = NULL;

	for (int i = 0; i < 5; i++) {
		field = strsep(&rest, " ");
	}
	if (field != NULL) {
		mount_unescape(field);
	}
	return field;
}

bool ucp_mount_is_below(const char *path)
{
	bool found = false;
	char *line = NULL;
	size_t room = 0;

	char *top = realpath(path, NULL);
	FILE *file = fopen("/proc/self/mountinfo", "re");
	if (top == NULL || file == NULL) {
		found = true;
		goto out;
	}
	size_t len = strcmp(top, "/") == 0 ? 0 : strlen(top);
	while (!found && getline(&line, &room, file) > 0) {
		const char *point = mount_point(line);
		found = point == NULL || (strncmp(point, top, len) == 0 && point[len] == '/' &&
					  point[len + 1] != '\0');
	}
	found = found || ferror(file) != 0;
out:
	if (file != NULL) {
		(void)fclose(file); /* only read from */
	}
	free(line);
	free(top);
	return found;
}
