/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/* A filesystem whose directories do not say what is in them: preloaded, readdir(3) gives DT_UNKNOWN. */
#include <dirent.h>
#include <dlfcn.h>
#include <stddef.h>

struct dirent *readdir(DIR *dir)
{
	struct dirent *(*real)(DIR *) = (struct dirent * (*)(DIR *)) dlsym(RTLD_NEXT, "readdir");
	struct dirent *ent = real(dir);

	if (ent != NULL) {
		ent->d_type = DT_UNKNOWN;
	}
	return ent;
}
