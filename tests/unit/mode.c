/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/mode.h"
#include "tests/lib/unit.h"

#include <sys/stat.h>

enum { UMASK = 027 };

static const struct ucp_settings keep = {.keep_mode = true, .umask = UMASK};
static const struct ucp_settings drop = {.drop_mode = true, .umask = UMASK};
static const struct ucp_settings neither = {.umask = UMASK};
static const struct ucp_settings owner = {.keep_owner = true, .umask = UMASK};
static const struct ucp_settings drop_owner = {.drop_mode = true, .keep_owner = true,
					       .umask = UMASK};

/** What a directory is found with after it was made. */
static mode_t made(const struct ucp_settings *set, mode_t src)
{
	return ucp_mode_first_dir(set, src) & ~(set->keep_mode ? 0u : set->umask);
}

/** Files, as they are made and in the end. */
static void test_file(void **state)
{
	(void)state;
	const mode_t src = S_IFREG | 04757;

	assert_int_equal(ucp_mode_first_file(&keep, src), 04757);
	assert_int_equal(ucp_mode_asked(&keep, src), 04757);
	assert_int_equal(ucp_mode_first_file(&drop, src), 0666);
	assert_int_equal(ucp_mode_asked(&drop, src), 0640);
	assert_int_equal(ucp_mode_first_file(&neither, src), 0757);
	assert_int_equal(ucp_mode_asked(&neither, src), 0750);
	assert_int_equal(ucp_mode_private(04757), 0700);
}

/** A directory never lets others in more, while it is filled, than it will. */
static void test_dir_first(void **state)
{
	(void)state;
	static const struct ucp_settings *const sets[] = {&keep, &drop, &neither, &owner,
							  &drop_owner};

	for (mode_t src = 0; src <= 07777; src++) {
		for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
			mode_t first = made(sets[i], S_IFDIR | src);
			mode_t last = ucp_mode_last_dir(sets[i], S_IFDIR | src, first);
			assert_int_equal(first & 0700, 0700);
			assert_int_equal(first & 077 & ~last, 0);
		}
	}
}

/** Directories in the end. */
static void test_dir_last(void **state)
{
	(void)state;
	const mode_t src = S_IFDIR | 03577;

	assert_int_equal(ucp_mode_last_dir(&keep, src, made(&keep, src)), 03577);
	assert_int_equal(ucp_mode_last_dir(&drop, src, made(&drop, src)), 01750);
	/* its own set-group-id bit goes, an inherited one stays */
	assert_int_equal(ucp_mode_last_dir(&neither, src, made(&neither, src)), 01550);
	assert_int_equal(ucp_mode_last_dir(&neither, src, made(&neither, src) | S_ISGID), 03550);
	assert_int_equal(ucp_mode_last_dir(&owner, src, made(&owner, src)), 01550);
	assert_int_equal(ucp_mode_last_dir(&drop, src, made(&drop, src) | S_ISGID), 03750);
}

/** FIFOs, sockets, devices. */
static void test_special(void **state)
{
	(void)state;
	assert_int_equal(ucp_mode_first_special(&neither, S_IFIFO | 0666), S_IFIFO | 0666);
	assert_int_equal(ucp_mode_first_special(&keep, S_IFIFO | 0666), S_IFIFO | 0600);
	assert_int_equal(ucp_mode_first_special(&owner, S_IFCHR | 0644), S_IFCHR | 0600);
	assert_int_equal(ucp_mode_first_special(&drop, S_IFIFO | 0606), S_IFIFO | 0640);
	assert_int_equal(ucp_mode_first_special(&drop, S_IFSOCK | 0600), S_IFSOCK | 0750);
	assert_true(ucp_mode_special_is_private(&owner));
	assert_false(ucp_mode_special_is_private(&drop));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_dir_first),
		cmocka_unit_test(test_dir_last),
		cmocka_unit_test(test_special),
	};
	return cmocka_run_group_tests_name("mode", tests, NULL, NULL);
}
