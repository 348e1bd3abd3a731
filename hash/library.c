/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "hash/library.h"

#include <dlfcn.h>
#include <string.h>

bool ucp_library_load(const char *soname, const struct ucp_library_function *functions, size_t n)
{
	void *handle = dlopen(soname, RTLD_NOW | RTLD_LOCAL);

	if (handle == NULL) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		void *address = dlsym(handle, functions[i].name);
		if (address == NULL) {
			(void)dlclose(handle);
			return false;
		}
		memcpy(functions[i].ret_address, &address, sizeof(address)); /* as POSIX has it */
	}
	return true; /* the handle stays open: its functions are in use */
}
