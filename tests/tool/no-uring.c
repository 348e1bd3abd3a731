/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Run a command for which io_uring does not exist, as in a container:
 *
 *     no-uring EPERM|ENOSYS COMMAND [ARG]...
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/** Make io_uring_setup(2) fail from now on: whether that worked. */
static int refuse(unsigned int err)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_setup, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {.len = sizeof(code) / sizeof(code[0]), .filter = code};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0;
}

int main(int argc, char **argv)
{
	unsigned int err = argc > 2 && strcmp(argv[1], "EPERM") == 0    ? EPERM
			   : argc > 2 && strcmp(argv[1], "ENOSYS") == 0 ? ENOSYS
									: 0;

	if (err == 0) {
		fprintf(stderr, "usage: no-uring EPERM|ENOSYS COMMAND [ARG]...\n");
		return 2;
	}
	if (!refuse(err)) {
		perror("no-uring: seccomp");
		return 125;
	}
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
