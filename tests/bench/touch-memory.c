// Copyright (c) 2026 the ucp authors
// SPDX-License-Identifier: MIT
//
// touch-memory MIB: maps, writes and unmaps so much memory. On a virtual machine that gives free
// pages back to its host, this fetches them, so that the run measured next does not wait for them.
// In huge pages where it may: hosts take whole ones back, and large folios are made of them.

#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char *end = NULL;
	const unsigned long mib = argc == 2 ? strtoul(argv[1], &end, 10) : 0;
	if (mib == 0 || mib > 1UL << 24 || *end != '\0') {
		fputs("usage: touch-memory MIB\n", stderr);
		return 2;
	}

	const size_t size = (size_t)mib << 20;
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED) {
		perror("touch-memory");
		return 1;
	}
	madvise(memory, size, MADV_HUGEPAGE);
	for (size_t off = 0; off < size; off += page) {
		*(volatile char *)(memory + off) = 1;
	}
	munmap(memory, size);
	return 0;
}
