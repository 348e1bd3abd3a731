/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * Command lines and what they mean, as tables. Every row is parsed in a child of
 * its own: getopt has global state.
 */
#include "cmd/options.h"
#include "tests/lib/unit.h"

/** Where a field is and how wide: for a row of a table. */
#define FIELD(name) offsetof(struct ucp_options, name), sizeof(((struct ucp_options *)NULL)->name)

/** A command line that is accepted, and the value one field has then. */
struct accepted {
	const char *line; /* words separated by one space; ~ stands for a space in a word */
	size_t off;       /* of the field in struct ucp_options */
	size_t size;      /* of the field, bytes */
	uint64_t value;
};

/** A command line that is refused, and a part of what is said about it. */
struct refused {
	const char *line;
	const char *says;
};

enum { WORDS_MAX = 16 };

/** Cut a line into words; the result lives to the end of the process. */
static int words_of(const char *line, char **ret_words)
{
	char *rest = strdup(line);
	int n = 0;

	while (rest != NULL && n < WORDS_MAX - 1) {
		ret_words[n] = strsep(&rest, " ");
		for (char *at = ret_words[n]; *at != '\0'; at++) {
			*at = *at == '~' ? ' ' : *at;
		}
		n++;
	}
	ret_words[n] = NULL;
	return n;
}

/** Parse a line in this process. */
static enum ucp_parse parse_line(const char *line, struct ucp_options *ret_opts)
{
	static char *words[WORDS_MAX]; /* operands stay in it */
	int n = words_of(line, words);

	return ucp_options_parse(n, words, ret_opts);
}

/** The value of a field of 1, 4 or 8 bytes. */
static uint64_t field_value(const struct ucp_options *opts, size_t off, size_t size)
{
	const uint8_t *at = (const uint8_t *)opts + off;
	uint32_t four;
	uint64_t eight;

	if (size == 1) {
		return *at;
	}
	if (size == 4) {
		memcpy(&four, at, 4);
		return four;
	}
	memcpy(&eight, at, 8);
	return eight;
}

/** In a child: the line is accepted and the field has its value. */
static int child_accepted(const void *arg)
{
	const struct accepted *row = arg;
	struct ucp_options opts;

	enum ucp_parse parse = parse_line(row->line, &opts);
	if (parse != UCP_PARSE_RUN) {
		fprintf(stderr, "# '%s' is not accepted\n", row->line);
		return 1;
	}
	uint64_t value = field_value(&opts, row->off, row->size);
	if (value != row->value) {
		fprintf(stderr, "# '%s': %llu, wanted %llu\n", row->line,
			(unsigned long long)value, (unsigned long long)row->value);
		return 1;
	}
	return 0;
}

/** In a child, with standard error caught: the line is refused in the right words. */
static int child_refused(const void *arg)
{
	const struct refused *row = arg;
	struct ucp_options opts;
	char said[4096];
	int ends[2];

	int told = dup(STDERR_FILENO);
	CHILD_CHECK(told >= 0 && pipe(ends) == 0);
	(void)dup2(ends[1], STDERR_FILENO);
	enum ucp_parse parse = parse_line(row->line, &opts);
	(void)fflush(stderr);
	(void)dup2(told, STDERR_FILENO);
	(void)close(ends[1]);
	ssize_t len = read(ends[0], said, sizeof(said) - 1);
	said[len > 0 ? len : 0] = '\0';
	if (parse != UCP_PARSE_FAILED || strstr(said, row->says) == NULL) {
		fprintf(stderr, "# '%s': %s, says: %s\n", row->line,
			parse == UCP_PARSE_FAILED ? "refused" : "accepted", said);
		return 1;
	}
	return 0;
}

/** All rows are accepted with their values; every wrong one is shown. */
static void all_accepted(const struct accepted *rows, size_t n)
{
	int n_wrong = 0;

	for (size_t i = 0; i < n; i++) {
		n_wrong += unit_child(child_accepted, &rows[i]) != 0;
	}
	assert_int_equal(n_wrong, 0);
}

/** All rows are refused. */
static void all_refused(const struct refused *rows, size_t n)
{
	int n_wrong = 0;

	for (size_t i = 0; i < n; i++) {
		n_wrong += unit_child(child_refused, &rows[i]) != 0;
	}
	assert_int_equal(n_wrong, 0);
}

/** What a plain copy does without options: cp's defaults. */
static void test_defaults(void **state)
{
	static const struct accepted rows[] = {
		{"ucp a b", FIELD(set.recursive), false},
		{"ucp a b", FIELD(set.follow), UCP_FOLLOW_ALWAYS},
		{"ucp a b", FIELD(set.make), UCP_MAKE_COPY},
		{"ucp a b", FIELD(set.keep_mode), false},
		{"ucp a b", FIELD(set.drop_mode), false},
		{"ucp a b", FIELD(set.keep_times), false},
		{"ucp a b", FIELD(set.keep_xattrs), false},
		{"ucp a b", FIELD(set.update), UCP_UPDATE_ALL},
		{"ucp a b", FIELD(set.reflink), UCP_REFLINK_AUTO},
		{"ucp a b", FIELD(set.sparse), UCP_SPARSE_AUTO},
		{"ucp a b", FIELD(set.fsync), UCP_FSYNC_NEVER},
		{"ucp a b", FIELD(set.engine), UCP_CHOOSE_AUTO},
		{"ucp a b", FIELD(set.digest), UCP_DIGEST_NONE},
		{"ucp a b", FIELD(has_own), false},
		{"ucp a b", FIELD(n_operands), 2},
		{"ucp", FIELD(n_operands), 0},
	};

	(void)state;
	all_accepted(rows, COUNT(rows));
}

/** Of options that contradict each other, the last one counts. */
static void test_last_wins(void **state)
{
	static const struct accepted rows[] = {
		{"ucp -H -L -P a b", FIELD(set.follow), UCP_FOLLOW_NEVER},
		{"ucp -P -H a b", FIELD(set.follow), UCP_FOLLOW_OPERANDS},
		{"ucp -a -L a b", FIELD(set.follow), UCP_FOLLOW_ALWAYS},
		{"ucp -L -a a b", FIELD(set.follow), UCP_FOLLOW_NEVER},
		{"ucp -L -d a b", FIELD(set.follow), UCP_FOLLOW_NEVER},
		{"ucp -LPLP a b", FIELD(set.follow), UCP_FOLLOW_NEVER},
		{"ucp -i -n a b", FIELD(set.ask), false},
		{"ucp -i -n a b", FIELD(set.update), UCP_UPDATE_NONE},
		{"ucp -n -i a b", FIELD(set.ask), true},
		{"ucp -n -i a b", FIELD(set.update), UCP_UPDATE_ALL},
		{"ucp --sparse=always --sparse=never a b", FIELD(set.sparse), UCP_SPARSE_NEVER},
		{"ucp --reflink --reflink=never a b", FIELD(set.reflink), UCP_REFLINK_NEVER},
		{"ucp --update=none --update=all a b", FIELD(set.update), UCP_UPDATE_ALL},
		{"ucp --update=all -u a b", FIELD(set.update), UCP_UPDATE_OLDER},
		{"ucp --fsync --fsync=never a b", FIELD(set.fsync), UCP_FSYNC_NEVER},
		{"ucp -j 3 --jobs=9 a b", FIELD(set.jobs), 9},
		{"ucp -j3 -j4 a b", FIELD(set.jobs), 4},
		{"ucp --engine=serial --engine=threads a b", FIELD(set.engine), UCP_CHOOSE_THREADS},
		{"ucp --chunk-size=4K --chunk-size=8K a b", FIELD(set.chunk_size), 8192},
		{"ucp -g -gnever a b", FIELD(progress), UCP_PROGRESS_NEVER},
		{"ucp --preserve=mode --no-preserve=mode a b", FIELD(set.keep_mode), false},
		{"ucp --preserve=mode --no-preserve=mode a b", FIELD(set.drop_mode), true},
		{"ucp --no-preserve=mode -p a b", FIELD(set.keep_mode), true},
		{"ucp --no-preserve=mode -p a b", FIELD(set.drop_mode), false},
		{"ucp -a --no-preserve=all a b", FIELD(set.keep_xattrs), false},
		{"ucp -a --no-preserve=xattr a b", FIELD(set.keep_times), true},
	};

	(void)state;
	all_accepted(rows, COUNT(rows));
}

/** Groups of letters mean what cp's manual says they stand for. */
static void test_groups(void **state)
{
	static const struct accepted rows[] = {
		{"ucp -a a b", FIELD(set.recursive), true},
		{"ucp -a a b", FIELD(set.follow), UCP_FOLLOW_NEVER},
		{"ucp -a a b", FIELD(set.keep_mode), true},
		{"ucp -a a b", FIELD(set.keep_owner), true},
		{"ucp -a a b", FIELD(set.keep_times), true},
		{"ucp -a a b", FIELD(set.keep_links), true},
		{"ucp -a a b", FIELD(set.keep_xattrs), true},
		{"ucp -a a b", FIELD(set.need_xattrs), false},
		{"ucp -p a b", FIELD(set.keep_mode), true},
		{"ucp -p a b", FIELD(set.keep_owner), true},
		{"ucp -p a b", FIELD(set.keep_times), true},
		{"ucp -p a b", FIELD(set.keep_links), false},
		{"ucp -p a b", FIELD(set.keep_xattrs), false},
		{"ucp --preserve a b", FIELD(set.keep_owner), true},
		{"ucp --preserve=links,mode a b", FIELD(set.keep_links), true},
		{"ucp --preserve=links,mode a b", FIELD(set.keep_owner), false},
		{"ucp --preserve=xattr a b", FIELD(set.need_xattrs), true},
		{"ucp --preserve=flags,project a b", FIELD(set.keep_flags), true},
		{"ucp --preserve=flags,project a b", FIELD(set.keep_project), true},
		{"ucp --preserve=project a b", FIELD(has_own), true},
		{"ucp --preserve=all a b", FIELD(has_own), false},
		{"ucp -a a b", FIELD(set.keep_flags), false},
		{"ucp --preserve=flags --no-preserve=flags a b", FIELD(set.keep_flags), false},
		{"ucp --preserve=all a b", FIELD(set.need_xattrs), false},
		{"ucp -d a b", FIELD(set.keep_links), true},
		{"ucp -d a b", FIELD(set.keep_mode), false},
		{"ucp -r a b", FIELD(set.follow), UCP_FOLLOW_NEVER},
		{"ucp -R a b", FIELD(set.recursive), true},
		{"ucp -l a b", FIELD(set.make), UCP_MAKE_HARD_LINK},
		{"ucp -s a b", FIELD(set.make), UCP_MAKE_SYMLINK},
		{"ucp -rl a b", FIELD(set.follow), UCP_FOLLOW_ALWAYS},
		{"ucp --debug a b", FIELD(set.tell_copied), true},
		{"ucp -u a b", FIELD(set.update), UCP_UPDATE_OLDER},
		{"ucp --update a b", FIELD(set.update), UCP_UPDATE_OLDER},
		{"ucp --reflink a b", FIELD(set.reflink), UCP_REFLINK_ALWAYS},
		{"ucp --fsync a b", FIELD(set.fsync), UCP_FSYNC_FILE},
		{"ucp --fsync=batch a b", FIELD(set.fsync), UCP_FSYNC_BATCH},
		{"ucp --fsync=b a b", FIELD(set.fsync), UCP_FSYNC_BATCH},
		{"ucp --fsync=fs a b", FIELD(set.fsync), UCP_FSYNC_FS},
		{"ucp --atomic a b", FIELD(set.atomic), true},
		{"ucp a b", FIELD(set.atomic), false},
		{"ucp --direct a b", FIELD(set.direct), true},
		{"ucp --cache=drop a b", FIELD(set.drop_cache), true},
		{"ucp --poll=kernel a b", FIELD(set.poll), UCP_POLL_KERNEL},
		{"ucp --poll=kernel --poll=off a b", FIELD(set.poll), UCP_POLL_OFF},
		{"ucp --cache=drop --cache=keep a b", FIELD(set.drop_cache), false},
		{"ucp a b", FIELD(set.drop_cache), false},
		{"ucp a b", FIELD(set.direct), false},
		{"ucp --clean-temps a", FIELD(clean_temps), true},
		{"ucp a b", FIELD(preflight), UCP_PREFLIGHT_NEVER},
		{"ucp --preflight a b", FIELD(preflight), UCP_PREFLIGHT_WARN},
		{"ucp --preflight=fail a b", FIELD(preflight), UCP_PREFLIGHT_FAIL},
		{"ucp --preflight --preflight=n a b", FIELD(preflight), UCP_PREFLIGHT_NEVER},
		{"ucp --preflight a b", FIELD(has_own), true},
		{"ucp --unpack a b", FIELD(set.unpack), true},
		{"ucp --unpack a b", FIELD(set.keep_owner), true},
		{"ucp --unpack --no-preserve=ownership a b", FIELD(set.keep_owner), false},
		{"ucp --unpack a b", FIELD(set.remove_first), true},
		{"ucp --unpack --strip-components=3 a b", FIELD(set.strip), 3},
		{"ucp --unpack --numeric-ids a b", FIELD(set.numeric_ids), true},
		{"cp --pref=fail a b", FIELD(preflight), UCP_PREFLIGHT_FAIL},
		{"ucp -g a b", FIELD(progress), UCP_PROGRESS_ALWAYS},
		{"ucp --manifest=m a b", FIELD(set.digest), UCP_DIGEST_XXH128},
		{"ucp --hash=xxh3 --manifest=m a b", FIELD(set.digest), UCP_DIGEST_XXH3},
		{"ucp --check=m --hash=xxh3 d", FIELD(set.digest), UCP_DIGEST_XXH3},
		{"ucp --check=m d", FIELD(set.digest), UCP_DIGEST_NONE},
		{"ucp --compare a b", FIELD(compare), true},
		{"ucp --compare -a a b", FIELD(set.keep_links), true},
		{"ucp --manifest-format=gnu --manifest=m a b", FIELD(set.manifest_format),
		 UCP_MANIFEST_GNU},
#if UCP_HAVE_SHA256
		{"ucp --verify --manifest-format=mtree a b", FIELD(set.digest), UCP_DIGEST_XXH128},
		{"ucp --manifest-format=mtree --manifest=m a b", FIELD(set.manifest_format),
		 UCP_MANIFEST_MTREE},
		{"ucp --manifest=m --manifest-format=mtree a b", FIELD(set.digest), UCP_DIGEST_SHA256},
		{"ucp --hash=sha256 --manifest=m --manifest-format=mtree a b", FIELD(set.digest),
		 UCP_DIGEST_SHA256},
#endif
	};

	(void)state;
	all_accepted(rows, COUNT(rows));
}

/** Asking for an attribute by name is not forgotten when -a or =all asks for all of them. */
static void test_xattr_by_name_stays(void **state)
{
	static const struct accepted rows[] = {
		{"ucp -a --preserve=xattr a b", FIELD(set.need_xattrs), true},
		{"ucp --preserve=xattr -a a b", FIELD(set.need_xattrs), true},
		{"ucp --preserve=xattr,all a b", FIELD(set.need_xattrs), true},
	};

	(void)state;
	all_accepted(rows, COUNT(rows));
}

/** Abbreviations that are unique among cp's options work, whatever ucp adds. */
static void test_abbreviations(void **state)
{
	static const struct accepted rows[] = {
		{"ucp --arch a b", FIELD(set.recursive), true},
		{"ucp --pre=links a b", FIELD(set.keep_links), true},
		{"ucp --pres a b", FIELD(set.keep_mode), true},
		{"ucp --pre a b", FIELD(preflight), UCP_PREFLIGHT_NEVER},
		{"ucp --pr=mode a b", FIELD(set.keep_mode), true},
		{"ucp --no-pre=mode a b", FIELD(set.drop_mode), true},
		{"ucp --no-p=mode a b", FIELD(set.drop_mode), true},
		{"ucp --f a b", FIELD(set.force), true},
		{"ucp --pa a b", FIELD(set.parents), true},
		{"ucp --path a b", FIELD(set.parents), true},
		{"ucp --i a b", FIELD(set.ask), true},
		{"ucp --l a b", FIELD(set.make), UCP_MAKE_HARD_LINK},
		{"ucp --o a b", FIELD(set.one_filesystem), true},
		{"ucp --rem a b", FIELD(set.remove_first), true},
		{"ucp --rec a b", FIELD(set.recursive), true},
		{"ucp --sp=always a b", FIELD(set.sparse), UCP_SPARSE_ALWAYS},
		{"ucp --st a b", FIELD(strip_slashes), true},
		{"ucp --u=none a b", FIELD(set.update), UCP_UPDATE_NONE},
		{"ucp --verb a b", FIELD(set.tell_copied), true},
		{"ucp a b --verb", FIELD(set.tell_copied), true},
		{"ucp a --verb b", FIELD(n_operands), 2},
		{"ucp --t d a", FIELD(n_operands), 1},
		{"ucp --prog a b", FIELD(progress), UCP_PROGRESS_ALWAYS},
		{"ucp --eng=serial a b", FIELD(set.engine), UCP_CHOOSE_SERIAL},
		{"ucp --manifest=- a b", FIELD(set.digest), UCP_DIGEST_XXH128},
		{"ucp --sparse=al a b", FIELD(set.sparse), UCP_SPARSE_ALWAYS},
		{"ucp --update=none a b", FIELD(set.update), UCP_UPDATE_NONE},
		{"ucp --update=o a b", FIELD(set.update), UCP_UPDATE_OLDER},
		{"ucp --preserve=mo,ti a b", FIELD(set.keep_times), true},
	};

	(void)state;
	all_accepted(rows, COUNT(rows));
}

/** After --, and as an option's argument, words that look like options are taken as they are. */
static void test_not_options(void **state)
{
	static const struct accepted rows[] = {
		{"ucp -- --pre --verb", FIELD(n_operands), 2},
		{"ucp -- --verb b", FIELD(set.tell_copied), false},
		{"ucp -t --verb a", FIELD(set.tell_copied), false},
		{"ucp -t --verb a", FIELD(n_operands), 1},
		{"ucp --target-directory --verb a", FIELD(set.tell_copied), false},
		{"ucp a - b", FIELD(n_operands), 3},
	};

	(void)state;
	all_accepted(rows, COUNT(rows));
}

/** Sizes take K, M and G with or without iB, in either case, up to their bounds. */
static void test_sizes(void **state)
{
	static const struct accepted rows[] = {
		{"ucp --chunk-size=4096 a b", FIELD(set.chunk_size), 4096},
		{"ucp --chunk-size=64k a b", FIELD(set.chunk_size), 65536},
		{"ucp --chunk-size=64K a b", FIELD(set.chunk_size), 65536},
		{"ucp --chunk-size=64KiB a b", FIELD(set.chunk_size), 65536},
		{"ucp --chunk-size=1M a b", FIELD(set.chunk_size), 1 << 20},
		{"ucp --chunk-size=64MiB a b", FIELD(set.chunk_size), 64 << 20},
		{"ucp --chunk-size 5000 a b", FIELD(set.chunk_size), 5000},
		{"ucp --mem-limit=2G a b", FIELD(set.mem_limit), (uint64_t)2 << 30},
		{"ucp --mem-limit=64K a b", FIELD(set.mem_limit), 65536},
		{"ucp --queue-depth=4096 a b", FIELD(set.depth), 4096},
		{"ucp --io-workers=1 a b", FIELD(set.io_workers), 1},
		{"ucp -j256 a b", FIELD(set.jobs), 256},
	};

	(void)state;
	all_accepted(rows, COUNT(rows));
}

/** Numbers out of bounds, or that are none, are refused and not rounded to something else. */
static void test_bad_numbers(void **state)
{
	static const struct refused rows[] = {
		{"ucp --chunk-size=4095 a b", "invalid argument '4095' for '--chunk-size'"},
		{"ucp --chunk-size=65M a b", "invalid argument '65M'"},
		{"ucp --chunk-size=K a b", "invalid argument 'K'"},
		{"ucp --chunk-size= a b", "invalid argument ''"},
		{"ucp --chunk-size=64KB a b", "invalid argument '64KB'"},
		{"ucp --chunk-size=64Ki a b", "invalid argument '64Ki'"},
		{"ucp --chunk-size=64T a b", "invalid argument '64T'"},
		{"ucp --chunk-size=64KK a b", "invalid argument '64KK'"},
		{"ucp --chunk-size=0x10000 a b", "invalid argument"},
		{"ucp --chunk-size=1.5M a b", "invalid argument"},
		{"ucp --chunk-size=-1 a b", "invalid argument '-1'"},
		{"ucp --mem-limit=-1 a b", "invalid argument '-1'"},
		{"ucp --mem-limit=65535 a b", "invalid argument"},
		{"ucp --mem-limit=99999999999999999999 a b", "invalid argument"},
		{"ucp -j0 a b", "invalid argument '0' for '--jobs'"},
		{"ucp -j257 a b", "invalid argument '257'"},
		{"ucp -j4294967297 a b", "invalid argument '4294967297'"},
		{"ucp -j-1 a b", "invalid argument '-1'"},
		{"ucp -jx a b", "invalid argument 'x'"},
		{"ucp --queue-depth=0 a b", "invalid argument '0'"},
		{"ucp --queue-depth=4097 a b", "invalid argument '4097'"},
		{"ucp --io-workers= a b", "invalid argument ''"},
	};

	(void)state;
	all_refused(rows, COUNT(rows));
}

/** A size with a space in it is no size: "64 " must not mean 64 TiB, nor " -1" all memory. */
static void test_blanks_in_numbers(void **state)
{
	static const struct refused rows[] = {
		{"ucp --mem-limit=64~ a b", "invalid argument '64 '"},
		{"ucp --mem-limit=1000000~ a b", "invalid argument '1000000 '"},
		{"ucp --mem-limit=~-1 a b", "invalid argument ' -1'"},
		{"ucp --mem-limit=99999999999G a b", "invalid argument '99999999999G'"},
		{"ucp --chunk-size=1~M a b", "invalid argument '1 M'"},
		{"ucp --chunk-size=1M~ a b", "invalid argument '1M '"},
	};

	(void)state;
	all_refused(rows, COUNT(rows));
}

/** Words that are wrong or ambiguous, and options that contradict, are refused by name. */
static void test_refused(void **state)
{
	static const struct refused rows[] = {
		{"ucp --sparse=x a b", "invalid argument 'x' for '--sparse'"},
		{"ucp --sparse=a a b", "ambiguous argument 'a' for '--sparse'"},
		{"ucp --update=non a b", "ambiguous argument 'non' for '--update'"},
		{"ucp --preserve=mode,q a b", "invalid argument 'q' for '--preserve'"},
		{"ucp --preserve= a b", "ambiguous argument '' for '--preserve'"},
		{"ucp --preserve=mode, a b", "argument '' for '--preserve'"},
		{"ucp --no-preserve=m,y a b", "invalid argument 'y' for '--no-preserve'"},
		{"ucp --no-preserve", "requires an argument"},
		{"ucp --p a b", "ambiguous"},
		{"ucp --re a b", "ambiguous"},
		{"ucp --ver a b", "ambiguous"},
		{"ucp --nonsense a b", "unrecognized option '--nonsense'"},
		{"ucp -y a b", "invalid option -- 'y'"},
		{"ucp --archive=x a b", "doesn't allow an argument"},
		{"ucp -l -s a b", "cannot make both hard and symbolic links"},
		{"ucp --reflink --sparse=always a b", "--sparse=auto"},
		{"ucp --sparse=never --reflink=always a b", "--sparse=auto"},
		{"ucp -t d -t e a", "multiple target directories specified"},
		{"ucp -t d -T a", "cannot combine --target-directory (-t)"},
#if UCP_HAVE_SHA256
		{"ucp --hash=xxh3 --manifest=m --manifest-format=mtree a b", "only --hash=sha256"},
		{"ucp --manifest-format=mtree --manifest=m --hash=xxh128 a b", "knows no digest of xxHash"},
#else
		{"ucp --manifest=m --manifest-format=mtree a b", "without libcrypto"},
#endif
		{"ucp --hash=xxh3 a b", "--hash has no use without --manifest, --verify or --check"},
		{"ucp --numeric-ids a b", "--numeric-ids is for --unpack"},
		{"ucp --strip-components=1 a b", "--strip-components is for --unpack"},
		{"ucp -L --unpack a b", "--unpack cannot be used with -H, -L"},
		{"ucp --unpack --verify=both a b", "--verify=both and --on-change have no use"},
		{"ucp --hash=md5 --manifest=m a b", "invalid argument 'md5' for '--hash'"},
		{"ucp --preserve=context a b", "SELinux"},
		{"ucp --backup=sometimes a b", "invalid argument 'sometimes' for 'backup type'"},
		{"ucp --back=n a b", "ambiguous argument 'n' for 'backup type'"},
		{"ucp -b -n a b", "--backup and --no-clobber"},
		{"ucp -S~ --update=none-fail a b", "--update=none-fail"},
		{"ucp --engine=fast a b", "invalid argument 'fast' for '--engine'"},
		{"ucp --preflight=w~ a b", "invalid argument 'w ' for '--preflight'"},
		{"ucp -gx a b", "invalid argument 'x' for '--progress'"},
		{"cp --nonsense a b", "Try 'cp --help'"},
		{"/usr/bin/cp -y a b", "cp: invalid option -- 'y'"},
		{"./ucp -y a b", "ucp: invalid option -- 'y'"},
	};

	(void)state;
	all_refused(rows, COUNT(rows));
}

/** What is known and not built is refused, so that nobody believes in it. */
static void test_not_yet(void **state)
{
	static const struct refused rows[] = {
		{"ucp -0 a b", "option '-0' is not available"},
		{"ucp --snapshot a b", "option '--snapshot' is not available"},
		{"ucp --delete a b", "option '--delete' is not available"},
		{"ucp --dry-run a b", "option '--dry-run' is not available"},
	};

	(void)state;
	all_refused(rows, COUNT(rows));
}

/** In a child: what --help, --version and --list-options ask for. */
static int child_asks(const void *arg)
{
	struct ucp_options opts;

	(void)arg;
	CHILD_CHECK(parse_line("ucp --help", &opts) == UCP_PARSE_HELP);
	return 0;
}

/** In a child: likewise. */
static int child_asks_version(const void *arg)
{
	struct ucp_options opts;

	(void)arg;
	CHILD_CHECK(parse_line("cp -v --vers", &opts) == UCP_PARSE_VERSION);
	CHILD_CHECK(opts.called_as_cp);
	return 0;
}

/** Help and version are answered wherever they stand. */
static void test_asks(void **state)
{
	(void)state;
	unit_child_ok(child_asks, NULL);
	unit_child_ok(child_asks_version, NULL);
}

/** Called as cp, ucp knows that it is, and that ucp's own options were used. */
static void test_called_as_cp(void **state)
{
	static const struct accepted rows[] = {
		{"cp a b", FIELD(called_as_cp), true},
		{"/usr/bin/cp a b", FIELD(called_as_cp), true},
		{"/usr/cp/ucp a b", FIELD(called_as_cp), false},
		{"cp -a --sparse=always a b", FIELD(has_own), false},
		{"cp --stats a b", FIELD(has_own), true},
		{"cp -j2 a b", FIELD(has_own), true},
		{"cp -q a b", FIELD(has_own), true},
		{"cp --fsync a b", FIELD(has_own), true},
	};

	(void)state;
	all_accepted(rows, COUNT(rows));
}

/** In a child: operands keep their order, whatever stands between them. */
static int child_operands(const void *arg)
{
	struct ucp_options opts;

	(void)arg;
	CHILD_CHECK(parse_line("ucp one -v two --target-directory dir -r three -- -x", &opts) ==
		    UCP_PARSE_RUN);
	CHILD_CHECK(opts.n_operands == 4);
	CHILD_CHECK(strcmp(opts.operands[0], "one") == 0 && strcmp(opts.operands[1], "two") == 0);
	CHILD_CHECK(strcmp(opts.operands[2], "three") == 0 && strcmp(opts.operands[3], "-x") == 0);
	CHILD_CHECK(strcmp(opts.target_dir, "dir") == 0);
	return 0;
}

/** In a child: with POSIXLY_CORRECT options end at the first operand. */
static int child_posix(const void *arg)
{
	struct ucp_options opts;

	(void)arg;
	CHILD_CHECK(setenv("POSIXLY_CORRECT", "1", 1) == 0);
	CHILD_CHECK(parse_line("ucp -r one --verb two", &opts) == UCP_PARSE_RUN);
	CHILD_CHECK(opts.n_operands == 3 && opts.set.recursive && !opts.set.tell_copied);
	CHILD_CHECK(strcmp(opts.operands[1], "--verb") == 0);
	CHILD_CHECK(opts.set.through_dangling);
	return 0;
}

/** Operands come out as they were given, in order. */
static void test_operands(void **state)
{
	(void)state;
	unit_child_ok(child_operands, NULL);
	unit_child_ok(child_posix, NULL);
}

/** In a child: the umask is noted, and is what it was. */
static int child_umask(const void *arg)
{
	const char *line = arg;
	struct ucp_options opts;

	(void)umask(027);
	CHILD_CHECK(parse_line(line, &opts) == UCP_PARSE_RUN);
	CHILD_CHECK(opts.set.umask == 027);
	CHILD_CHECK(umask(0) == 027);
	return 0;
}

/** Parsing asks for the umask, and leaves it to the run to change it. */
static void test_umask(void **state)
{
	(void)state;
	unit_child_ok(child_umask, "ucp -p a b");
	unit_child_ok(child_umask, "ucp -r a b");
	unit_child_ok(child_umask, "ucp --no-preserve=mode a b");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults), cmocka_unit_test(test_last_wins),
		cmocka_unit_test(test_groups), cmocka_unit_test(test_xattr_by_name_stays),
		cmocka_unit_test(test_abbreviations), cmocka_unit_test(test_not_options),
		cmocka_unit_test(test_sizes), cmocka_unit_test(test_bad_numbers),
		cmocka_unit_test(test_blanks_in_numbers), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_not_yet), cmocka_unit_test(test_asks),
		cmocka_unit_test(test_called_as_cp), cmocka_unit_test(test_operands),
		cmocka_unit_test(test_umask),
	};

	(void)unsetenv("POSIXLY_CORRECT");
	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
