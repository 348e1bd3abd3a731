// Copyright (c) 2026 the ucp authors
// SPDX-License-Identifier: MIT
//
// measure FILE COMMAND [ARGUMENT...]: runs the command and writes one line to FILE:
//
//	wall user sys peak status
//
// Times are in seconds. The wall clock stops when the command itself ends; user and sys are those
// of all its descendants, kernel workers of their rings too, whether or not somebody waited for
// them; peak is the resident memory, in KiB, of the largest single one of them. Small, because a
// child begins with its parent's peak.

#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/** Prints a message with the reason and gives up. */
static void measure_die(const char *what)
{
	perror(what);
	exit(125);
}

/** Returns the monotonic clock in seconds. */
static double measure_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/** Returns a time in seconds. */
static double measure_seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/** Runs the command. Returns its wait status and stores how long it took. */
static int measure_run(char **command, double *ret_wall)
{
	int status;
	const double start = measure_now();
	const pid_t pid = fork();

	if (pid < 0) {
		measure_die("fork");
	}
	if (pid == 0) {
		execvp(command[0], command);
		perror(command[0]);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR) {
			measure_die("waitpid");
		}
	}
	*ret_wall = measure_now() - start;
	return status;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fputs("usage: measure FILE COMMAND [ARGUMENT...]\n", stderr);
		return 125;
	}
	FILE *file = fopen(argv[1], "we");
	if (!file) {
		measure_die(argv[1]);
	}
	if (prctl(PR_SET_CHILD_SUBREAPER, 1L) < 0) {
		measure_die("prctl");
	}

	double wall;
	const int wstatus = measure_run(argv + 2, &wall);
	const int status = WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) : 128 + WTERMSIG(wstatus);
	// What the command left behind is ours now; its time counts only once it has been waited for.
	while (wait(NULL) > 0 || errno == EINTR) {
	}

	struct rusage usage;
	getrusage(RUSAGE_CHILDREN, &usage);
	fprintf(file, "%.6f %.6f %.6f %ld %d\n", wall, measure_seconds(usage.ru_utime),
		measure_seconds(usage.ru_stime), usage.ru_maxrss, status);
	if (fclose(file) != 0) {
		measure_die(argv[1]);
	}
	return status;
}
