/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Run a command whose pread(2) and pwrite(2) calls move at most MAX bytes each,
 * as on a slow network filesystem: the counts are really short, because the
 * calls are made with a smaller length. Ends as the command does.
 *
 *     short-io MAX COMMAND [ARG]...
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
#define CALL(regs) ((regs).orig_rax)
#define LENGTH(regs) ((regs).rdx)
#elif defined(__aarch64__)
#define CALL(regs) ((regs).regs[8])
#define LENGTH(regs) ((regs).regs[2])
#endif

#ifdef CALL
/** Shorten the call that a thread is about to make: whether it is gone. */
static void shorten(pid_t pid, unsigned long max)
{
	struct user_regs_struct regs;
	struct iovec iov = {.iov_base = &regs, .iov_len = sizeof(regs)};

	if (ptrace(PTRACE_GETREGSET, pid, (void *)1 /* NT_PRSTATUS */, &iov) != 0) {
		return;
	}
	if ((CALL(regs) == __NR_pread64 || CALL(regs) == __NR_pwrite64) && LENGTH(regs) > max) {
		LENGTH(regs) = max;
		(void)ptrace(PTRACE_SETREGSET, pid, (void *)1, &iov);
	}
}

/** Follow all threads until the command ends: its status. */
static int follow(pid_t child, unsigned long max)
{
	int status;

	for (pid_t pid = waitpid(-1, &status, __WALL); pid > 0; pid = waitpid(-1, &status, __WALL)) {
		int sig = 0;
		if (pid == child && WIFEXITED(status)) {
			return WEXITSTATUS(status);
		}
		if (pid == child && WIFSIGNALED(status)) {
			return 128 + WTERMSIG(status);
		}
		if (!WIFSTOPPED(status)) {
			continue;
		}
		if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
			struct __ptrace_syscall_info info;
			if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(info), &info) > 0 &&
			    info.op == PTRACE_SYSCALL_INFO_ENTRY) {
				shorten(pid, max);
			}
		} else if (status >> 16 == 0 && WSTOPSIG(status) != SIGSTOP &&
			   WSTOPSIG(status) != SIGTRAP) {
			sig = WSTOPSIG(status);
		}
		(void)ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)sig);
	}
	return 125;
}

int main(int argc, char **argv)
{
	int status;

	if (argc < 3) {
		fprintf(stderr, "usage: short-io MAX COMMAND [ARG]...\n");
		return 2;
	}
	pid_t child = fork();
	if (child < 0) {
		perror("short-io: fork");
		return 125;
	}
	if (child == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) {
			perror("short-io: ptrace");
			_exit(125);
		}
		raise(SIGSTOP);
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, child, NULL,
		   (void *)(long)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE |
				  PTRACE_O_EXITKILL)) != 0) {
		return 125;
	}
	(void)ptrace(PTRACE_SYSCALL, child, NULL, NULL);
	return follow(child, strtoul(argv[1], NULL, 10));
}
#else
int main(void)
{
	fprintf(stderr, "short-io: not for this machine\n");
	return 125;
}
#endif
