/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * floor: what copying a tree costs at least: a thread for each CPU, and for each file the
 * six calls that nothing can avoid: open, create, read, write, close, close.
 *
 *     floor [-t] SRC DST       -t: times and mode too, as -a must: fstat, utimensat
 *
 * It keeps nothing else, checks nothing that a good copier would, and knows files, directories
 * and symlinks only. DST must not exist.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROOM = 1 << 20, NAMES = 32 << 10, THREADS = 256 };

/* A directory that is to be copied; its paths come behind it. */
struct job {
	struct job *next;
	char *dst;
	char src[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static struct job *jobs;
static int n_busy;
static int n_threads;
static bool keeps_times;

/* Queues a directory, src/name to dst/name. */
static void job_push(const char *src, const char *dst, const char *name)
{
	size_t room = strlen(src) + strlen(name) + 2;
	struct job *job = malloc(sizeof(*job) + room + strlen(dst) + strlen(name) + 2);

	if (job == NULL)
		err(1, "malloc");
	job->dst = job->src + room;
	sprintf(job->src, "%s%s%s", src, *name ? "/" : "", name);
	sprintf(job->dst, "%s%s%s", dst, *name ? "/" : "", name);
	pthread_mutex_lock(&lock);
	job->next = jobs;
	jobs = job;
	pthread_cond_signal(&more);
	pthread_mutex_unlock(&lock);
}

/* Takes a directory, or NULL when there will be no more. */
static struct job *job_pop(bool was_busy)
{
	struct job *job;

	pthread_mutex_lock(&lock);
	n_busy -= was_busy;
	while (jobs == NULL && n_busy > 0)
		pthread_cond_wait(&more, &lock);
	job = jobs;
	if (job != NULL) {
		jobs = job->next;
		n_busy++;
	} else {
		pthread_cond_broadcast(&more);
	}
	pthread_mutex_unlock(&lock);
	return job;
}

/* Copies a file. */
static void copy_file(int from, int to, const char *name, char *buf)
{
	struct stat st = {.st_mode = 0644, .st_size = ROOM};
	int in = openat(from, name, O_RDONLY | O_NOFOLLOW);
	ssize_t n;

	if (in < 0 || (keeps_times && fstat(in, &st) != 0))
		err(1, "%s", name);
	int out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL, st.st_mode & 07777);
	if (out < 0)
		err(1, "%s", name);
	do {
		n = read(in, buf, ROOM);
		if (n > 0 && write(out, buf, (size_t)n) != n)
			err(1, "%s", name);
	} while (n == ROOM);
	if (keeps_times && futimens(out, (struct timespec[]){st.st_atim, st.st_mtim}) != 0)
		err(1, "%s", name);
	close(in);
	close(out);
}

/* Copies what is in a directory; directories in it are queued. */
static void copy_dir(const struct job *job, char *buf, char *names)
{
	int from = open(job->src, O_RDONLY | O_DIRECTORY);
	int to = mkdir(job->dst, 0755) == 0 ? open(job->dst, O_PATH | O_DIRECTORY) : -1;
	ssize_t n;

	if (from < 0 || to < 0)
		err(1, "%s to %s", job->src, job->dst);
	while ((n = getdents64(from, names, NAMES)) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct dirent64 *ent = (const void *)(names + at);
			const char *name = ent->d_name;
			at += ent->d_reclen;
			if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
				continue;
			if (ent->d_type == DT_DIR) {
				job_push(job->src, job->dst, name);
			} else if (ent->d_type == DT_LNK) {
				ssize_t len = readlinkat(from, name, buf, ROOM - 1);
				buf[len < 0 ? 0 : len] = '\0';
				if (len < 0 || symlinkat(buf, to, name) != 0)
					err(1, "%s", name);
			} else {
				copy_file(from, to, name, buf);
			}
		}
	}
	if (n < 0)
		err(1, "%s", job->src);
	close(from);
	close(to);
}

/* The body of a thread. */
static void *work(void *arg)
{
	char *buf = malloc(ROOM), *names = malloc(NAMES);
	bool was_busy = false;
	struct job *job;

	if (buf == NULL || names == NULL)
		err(1, "malloc");
	while ((job = job_pop(was_busy)) != NULL) {
		copy_dir(job, buf, names);
		free(job);
		was_busy = true;
	}
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];
	cpu_set_t cpus;

	keeps_times = argc > 1 && strcmp(argv[1], "-t") == 0;
	if (argc != 3 + keeps_times)
		errx(2, "usage: floor [-t] SRC DST");
	umask(0);
	n_threads = sched_getaffinity(0, sizeof(cpus), &cpus) == 0 ? CPU_COUNT(&cpus) : 1;
	n_threads = n_threads < THREADS ? n_threads : THREADS;
	job_push(argv[argc - 2], argv[argc - 1], "");
	for (int i = 0; i < n_threads; i++) {
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			errx(1, "pthread_create");
	}
	for (int i = 0; i < n_threads; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
