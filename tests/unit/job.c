/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/job.h"
#include "core/sys/fd.h"
#include "tests/lib/unit.h"

/** What a run tells is what a failed test shows. */
static void job_told(void *ctx, const struct ucp_event *event)
{
	(void)ctx;
	fprintf(stderr, "# act %d, error %d\n", (int)event->act, event->err);
}

/** Nothing is asked for. */
static bool job_asked(void *ctx, const struct ucp_question *question)
{
	(void)ctx, (void)question;
	return false;
}

/** In a child: copy a file of mode 0666 below umask 077; the copy's mode is *arg. */
static int child_umask(const void *arg)
{
	const mode_t wanted = *(const mode_t *)arg;
	const char *const source = "source";
	struct ucp_settings set = {
		.keep_mode = wanted == 0666, .umask = 077, .engine = UCP_CHOOSE_SERIAL};
	const struct ucp_operands ops = {.sources = &source, .n_sources = 1, .target = "copy"};
	const struct ucp_listener listener = {.tell = job_told, .ask = job_asked};
	struct ucp_job *job = NULL;
	struct ucp_result result;
	char path[64];
	struct stat st;

	int dir = unit_dir_make(path);
	CHILD_CHECK(fchdir(dir) == 0);
	int fd = ucp_fd_openat(dir, source, O_WRONLY | O_CREAT, 0600);
	CHILD_CHECK(fd >= 0 && fchmod(fd, 0666) == 0);
	ucp_fd_drop(&fd);
	(void)umask(077);
	CHILD_CHECK(ucp_job_new(&set, &listener, &job) == 0);
	CHILD_CHECK(ucp_job_start(job, &ops) == 0);
	while (!ucp_job_wait(job, -1)) {
	}
	ucp_job_end(job, &result);
	ucp_job_free(job);
	CHILD_CHECK(!result.has_failed);
	CHILD_CHECK(umask(0) == 077);
	CHILD_CHECK(ucp_fd_statat(dir, "copy", 0, &st) == 0);
	CHILD_CHECK((st.st_mode & 07777) == wanted);
	(void)close(dir);
	unit_dir_remove(path);
	return 0;
}

/** A run keeps modes whatever the process's umask, and hands that back. */
static void test_umask(void **state)
{
	static const mode_t kept = 0666, cut = 0600;

	(void)state;
	unit_child_ok(child_umask, &kept);
	unit_child_ok(child_umask, &cut);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_umask)};

	return cmocka_run_group_tests_name("job", tests, NULL, NULL);
}
