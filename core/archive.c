/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

#include "core/archive.h"

#include "core/sys/attr.h"
#include "hash/library.h"

#include <archive.h>
#include <archive_entry.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARCHIVE_BLOCK = 256 * 1024 }; /* bytes read at a time; 64K were 3 % slower, 1M no faster */

/** All that is called of libarchive, which is loaded when it is needed: it brings a dozen libraries
 * along, and would make every start of ucp take twice as long. */
#define ARCHIVE_FUNCTIONS(X) \
	X(archive_clear_error) X(archive_entry_acl_next) X(archive_entry_acl_reset) \
	X(archive_entry_acl_types) X(archive_entry_atime) X(archive_entry_atime_is_set) \
	X(archive_entry_atime_nsec) X(archive_entry_filetype) X(archive_entry_gid) \
	X(archive_entry_gname) X(archive_entry_hardlink) X(archive_entry_mtime) \
	X(archive_entry_mtime_is_set) X(archive_entry_mtime_nsec) X(archive_entry_nlink) \
	X(archive_entry_pathname) X(archive_entry_perm) X(archive_entry_rdev) \
	X(archive_entry_size) X(archive_entry_size_is_set) X(archive_entry_symlink) \
	X(archive_entry_uid) X(archive_entry_uname) X(archive_entry_xattr_next) \
	X(archive_entry_xattr_reset) X(archive_errno) X(archive_error_string) \
	X(archive_filter_name) X(archive_format) X(archive_format_name) X(archive_read_data_block) \
	X(archive_read_free) X(archive_read_new) X(archive_read_next_header) X(archive_read_open1) \
	X(archive_read_set_callback_data) X(archive_read_set_read_callback) \
	X(archive_read_set_seek_callback) X(archive_read_set_skip_callback) \
	X(archive_read_support_filter_bzip2) X(archive_read_support_filter_compress) \
	X(archive_read_support_filter_gzip) X(archive_read_support_filter_lz4) \
	X(archive_read_support_filter_lzip) X(archive_read_support_filter_lzma) \
	X(archive_read_support_filter_rpm) X(archive_read_support_filter_xz) \
	X(archive_read_support_filter_zstd) X(archive_read_support_format_7zip) \
	X(archive_read_support_format_ar) X(archive_read_support_format_cab) \
	X(archive_read_support_format_cpio) X(archive_read_support_format_iso9660) \
	X(archive_read_support_format_lha) X(archive_read_support_format_rar) \
	X(archive_read_support_format_rar5) X(archive_read_support_format_tar) \
	X(archive_read_support_format_warc) X(archive_read_support_format_xar) \
	X(archive_read_support_format_zip) X(archive_set_error) X(archive_write_disk_gid) \
	X(archive_write_disk_new) X(archive_write_disk_set_standard_lookup) \
	X(archive_write_disk_uid) X(archive_write_free)

/** libarchive, once it is loaded. */
static struct {
	bool is_loaded;
	ARCHIVE_FUNCTIONS(UCP_LIBRARY_MEMBER)
} library;

static pthread_once_t archive_once = PTHREAD_ONCE_INIT;

/** Load libarchive; see pthread_once(3). */
static void archive_load(void)
{
	static const struct ucp_library_function functions[] = {ARCHIVE_FUNCTIONS(UCP_LIBRARY_ENTRY)};

	library.is_loaded = ucp_library_load("libarchive.so.13", functions,
					 sizeof(functions) / sizeof(functions[0]));
}

bool ucp_archive_is_had(void)
{
	return pthread_once(&archive_once, archive_load) == 0 && library.is_loaded;
}

/** The reader. */
struct ucp_archive {
	struct ucp_archive_conf conf;
	struct archive *reader;      /**< owned */
	struct archive *owners;      /**< owned: looks names up, and remembers them; or NULL */
	struct ucp_attrs attrs;      /**< owned: of the entry at hand */
	int mask;                    /**< of its access ACL, which the mode's group bits are; or -1 */
	locale_t locale;             /**< owned: one where names are UTF-8, or 0 */
	uint8_t block[];             /**< what was read last */
};

/** libarchive asks for more. */
static la_ssize_t archive_on_read(struct archive *reader, void *ctx, const void **ret_block)
{
	struct ucp_archive *archive = ctx;

	*ret_block = archive->block;
	for (;;) {
		if (archive->conf.is_canceled(archive->conf.ctx)) {
			library.archive_set_error(reader, ECANCELED, "canceled");
			return ARCHIVE_FATAL;
		}
		ssize_t n = read(archive->conf.fd, archive->block, ARCHIVE_BLOCK);
		if (n >= 0) {
			return n;
		}
		if (errno != EINTR) {
			library.archive_set_error(reader, errno, "%s", strerror(errno));
			return ARCHIVE_FATAL;
		}
	}
}

/** libarchive wants to be elsewhere, as for a directory at the end. */
static la_int64_t archive_on_seek(struct archive *reader, void *ctx, la_int64_t off, int whence)
{
	struct ucp_archive *archive = ctx;

	off_t at = lseek(archive->conf.fd, off, whence);
	if (at < 0) {
		library.archive_set_error(reader, errno, "%s", strerror(errno));
		return ARCHIVE_FATAL;
	}
	return at;
}

/** libarchive has no use for what follows: bytes skipped, 0 to have it read. */
static la_int64_t archive_on_skip(struct archive *reader, void *ctx, la_int64_t len)
{
	struct ucp_archive *archive = ctx;
	struct stat st;

	(void)reader;
	off_t at = lseek(archive->conf.fd, 0, SEEK_CUR);
	if (at < 0 || fstat(archive->conf.fd, &st) != 0 || len > st.st_size - at) {
		return 0; /* beyond the end a read must tell that it is cut off */
	}
	return lseek(archive->conf.fd, len, SEEK_CUR) >= 0 ? len : 0;
}

/**
 * What is recognized.
 *
 * In the order of archive_read_support_format_all(3): iso9660 looks 32 KiB ahead, and when that meets the
 * end, a tar reader after it does not see that its next header is cut off (libarchive 3.6).
 */
static void archive_support(struct archive *reader)
{
	/* What this libarchive was built without would be run as a program, and gives a warning. */
	int (*const all[])(struct archive *) = {
		library.archive_read_support_filter_bzip2, library.archive_read_support_filter_compress,
		library.archive_read_support_filter_gzip, library.archive_read_support_filter_lz4,
		library.archive_read_support_filter_lzip, library.archive_read_support_filter_lzma,
		library.archive_read_support_filter_rpm, library.archive_read_support_filter_xz,
		library.archive_read_support_filter_zstd, library.archive_read_support_format_ar,
		library.archive_read_support_format_cpio, library.archive_read_support_format_lha,
		library.archive_read_support_format_tar, library.archive_read_support_format_xar,
		library.archive_read_support_format_warc, library.archive_read_support_format_7zip,
		library.archive_read_support_format_cab, library.archive_read_support_format_rar,
		library.archive_read_support_format_rar5, library.archive_read_support_format_iso9660,
		library.archive_read_support_format_zip,
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		(void)all[i](reader); /* what is not there is not recognized */
	}
}

/** A negative errno for what libarchive returned. */
static int archive_err(const struct ucp_archive *archive, int rc)
{
	int err = library.archive_errno(archive->reader);

	if (rc == ARCHIVE_FAILED || rc == ARCHIVE_WARN || rc == ARCHIVE_RETRY) {
		return -EINVAL;
	}
	/* It has numbers of its own, and EINVAL for much. */
	return err > 0 && err != EINVAL && err < 4096 ? -err : -EBADMSG;
}

int ucp_archive_open(const struct ucp_archive_conf *conf, struct ucp_archive **ret_archive)
{
	struct ucp_archive *archive = malloc(sizeof(*archive) + ARCHIVE_BLOCK);
	struct stat st;

	if (archive == NULL) {
		return -ENOMEM;
	}
	*archive = (struct ucp_archive){.conf = *conf, .reader = library.archive_read_new()};
	/* Names in UTF-8 come out as they are in the C locale, too. */
	archive->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!conf->numeric_ids) {
		archive->owners = library.archive_write_disk_new();
	}
	if (archive->reader == NULL || (!conf->numeric_ids && archive->owners == NULL)) {
		ucp_archive_close(archive);
		return -ENOMEM;
	}
	if (archive->owners != NULL) {
		(void)library.archive_write_disk_set_standard_lookup(archive->owners);
	}
	archive_support(archive->reader);
	(void)library.archive_read_set_callback_data(archive->reader, archive);
	(void)library.archive_read_set_read_callback(archive->reader, archive_on_read);
	if (fstat(conf->fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode))) {
		(void)library.archive_read_set_seek_callback(archive->reader, archive_on_seek);
	}
	if (fstat(conf->fd, &st) == 0 && S_ISREG(st.st_mode)) {
		(void)library.archive_read_set_skip_callback(archive->reader, archive_on_skip);
		(void)posix_fadvise(conf->fd, 0, 0, POSIX_FADV_SEQUENTIAL); /* reads further ahead */
	}
	*ret_archive = archive;
	int rc = library.archive_read_open1(archive->reader);
	return rc == ARCHIVE_OK || rc == ARCHIVE_WARN ? 0 : archive_err(archive, ARCHIVE_FATAL);
}

void ucp_archive_close(struct ucp_archive *archive)
{
	if (archive == NULL) {
		return;
	}
	if (archive->reader != NULL) {
		(void)library.archive_read_free(archive->reader); /* nothing was written */
	}
	if (archive->owners != NULL) {
		(void)library.archive_write_free(archive->owners); /* likewise */
	}
	if (archive->locale != (locale_t)0) {
		freelocale(archive->locale);
	}
	ucp_attrs_fini(&archive->attrs);
	free(archive);
}

/** An entry of an ACL in the kernel's form; see posix_acl_xattr.h. */
struct archive_acl {
	uint16_t tag;
	uint16_t perm;
	uint32_t id;
};

/** The kernel's tags, in the order that it wants. */
enum {
	ARCHIVE_ACL_USER_OBJ = 0x01,
	ARCHIVE_ACL_USER = 0x02,
	ARCHIVE_ACL_GROUP_OBJ = 0x04,
	ARCHIVE_ACL_GROUP = 0x08,
	ARCHIVE_ACL_MASK = 0x10,
	ARCHIVE_ACL_OTHER = 0x20,
	ARCHIVE_ACL_MAX = 1024, /* entries; filesystems allow fewer in a file */
};

/** The kernel's order: by tag, then by id. */
static int archive_acl_order(const void *a, const void *b)
{
	const struct archive_acl *ea = a, *eb = b;
	uint16_t tag_a = le16toh(ea->tag), tag_b = le16toh(eb->tag);
	uint32_t id_a = le32toh(ea->id), id_b = le32toh(eb->id);

	return tag_a != tag_b ? (tag_a < tag_b ? -1 : 1) : (id_a > id_b) - (id_a < id_b);
}

/** The kernel's tag for one of libarchive's, or 0. */
static uint16_t archive_acl_tag(int tag)
{
	switch (tag) {
	case ARCHIVE_ENTRY_ACL_USER_OBJ:
		return ARCHIVE_ACL_USER_OBJ;
	case ARCHIVE_ENTRY_ACL_USER:
		return ARCHIVE_ACL_USER;
	case ARCHIVE_ENTRY_ACL_GROUP_OBJ:
		return ARCHIVE_ACL_GROUP_OBJ;
	case ARCHIVE_ENTRY_ACL_GROUP:
		return ARCHIVE_ACL_GROUP;
	case ARCHIVE_ENTRY_ACL_MASK:
		return ARCHIVE_ACL_MASK;
	case ARCHIVE_ENTRY_ACL_OTHER:
		return ARCHIVE_ACL_OTHER;
	default:
		return 0;
	}
}

/** The id of an ACL's user or group: by its name here, if that is known. */
static uint32_t archive_acl_id(const struct ucp_archive *archive, uint16_t tag, int id,
			       const char *name)
{
	if (tag != ARCHIVE_ACL_USER && tag != ARCHIVE_ACL_GROUP) {
		return UINT32_MAX;
	}
	if (archive->owners == NULL) {
		return (uint32_t)id;
	}
	return (uint32_t)(tag == ARCHIVE_ACL_USER
				  ? library.archive_write_disk_uid(archive->owners, name, id)
				  : library.archive_write_disk_gid(archive->owners, name, id));
}

/** Add an ACL, if the entry has one, as the attribute that it is: 0, or a negative errno. */
static int archive_add_acl(struct ucp_archive *archive, struct archive_entry *entry, int want,
			   const char *name)
{
	struct {
		uint32_t version;
		struct archive_acl entries[ARCHIVE_ACL_MAX];
	} acl = {.version = htole32(2)};
	int type, perms, tag, id;
	const char *who;
	size_t n = 0;

	if (library.archive_entry_acl_reset(entry, want) == 0) {
		return 0; /* none but the mode */
	}
	while (library.archive_entry_acl_next(entry, want, &type, &perms, &tag, &id, &who) == ARCHIVE_OK) {
		uint16_t kernel_tag = archive_acl_tag(tag);
		if (kernel_tag == ARCHIVE_ACL_MASK && want == ARCHIVE_ENTRY_ACL_TYPE_ACCESS) {
			archive->mask = perms & 7;
		}
		if (n == ARCHIVE_ACL_MAX || kernel_tag == 0) {
			return -E2BIG;
		}
		acl.entries[n++] = (struct archive_acl){
			.tag = htole16(kernel_tag),
			.perm = htole16((uint16_t)(perms & 7)),
			.id = htole32(archive_acl_id(archive, kernel_tag, id, who)),
		};
	}
	qsort(acl.entries, n, sizeof(acl.entries[0]), archive_acl_order);
	return ucp_attrs_add(&archive->attrs, name, &acl,
			     sizeof(acl.version) + n * sizeof(acl.entries[0]));
}

/** Collect all extended attributes: 0, or a negative errno. */
static int archive_add_attrs(struct ucp_archive *archive, struct archive_entry *entry)
{
	const void *value;
	const char *name;
	size_t len;
	int err = 0;

	ucp_attrs_clear(&archive->attrs);
	archive->mask = -1;
	(void)library.archive_entry_xattr_reset(entry);
	while (err == 0 && library.archive_entry_xattr_next(entry, &name, &value, &len) == ARCHIVE_OK) {
		/* ACLs come in a form of their own. */
		if (name != NULL && strncmp(name, "system.posix_acl_", 17) != 0) {
			err = ucp_attrs_add(&archive->attrs, name, value, len);
		}
	}
	if (library.archive_entry_acl_types(entry) == 0) {
		return err;
	}
	if (err == 0) {
		err = archive_add_acl(archive, entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, UCP_ATTR_ACL);
	}
	if (err == 0) {
		err = archive_add_acl(archive, entry, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT,
				      UCP_ATTR_DEFAULT_ACL);
	}
	return err;
}

/** A time, or UTIME_OMIT. */
static struct timespec archive_time(bool is_set, time_t sec, long nsec)
{
	bool is_sane = is_set && nsec >= 0 && nsec < 1000000000L;

	return is_sane ? (struct timespec){sec, nsec} : (struct timespec){0, UTIME_OMIT};
}

/** The status that the entry is to have. */
static void archive_fill_stat(const struct ucp_archive *archive, struct archive_entry *entry,
			      struct stat *st)
{
	int64_t uid = library.archive_entry_uid(entry);
	int64_t gid = library.archive_entry_gid(entry);

	if (archive->owners != NULL) {
		uid = library.archive_write_disk_uid(archive->owners, library.archive_entry_uname(entry), uid);
		gid = library.archive_write_disk_gid(archive->owners, library.archive_entry_gname(entry), gid);
	}
	*st = (struct stat){
		.st_mode = library.archive_entry_filetype(entry) | (library.archive_entry_perm(entry) & 07777),
		.st_nlink = 1, /* what other names it has is found by their entries */
		.st_uid = (uid_t)uid,
		.st_gid = (gid_t)gid,
		.st_size = library.archive_entry_size_is_set(entry) ? library.archive_entry_size(entry) : 0,
		.st_rdev = library.archive_entry_rdev(entry),
		.st_atim = archive_time(library.archive_entry_atime_is_set(entry) != 0,
					library.archive_entry_atime(entry), library.archive_entry_atime_nsec(entry)),
		.st_mtim = archive_time(library.archive_entry_mtime_is_set(entry) != 0,
					library.archive_entry_mtime(entry), library.archive_entry_mtime_nsec(entry)),
	};
	if (st->st_size < 0) {
		st->st_size = 0;
	}
	st->st_blocks = (blkcnt_t)(((uint64_t)st->st_size + 511) / 512);
	if (archive->mask >= 0) {
		st->st_mode = (st->st_mode & ~(mode_t)070) | (mode_t)archive->mask << 3;
	}
	if (library.archive_entry_filetype(entry) == 0) {
		st->st_mode = 0;
	}
}

/** Whether an archive is a cpio of a kind where of several names only the last has the data. */
static bool archive_is_spread(const struct ucp_archive *archive, struct archive_entry *entry)
{
	int format = library.archive_format(archive->reader);

	return (format == ARCHIVE_FORMAT_CPIO_SVR4_NOCRC || format == ARCHIVE_FORMAT_CPIO_SVR4_CRC) &&
	       library.archive_entry_filetype(entry) == AE_IFREG && library.archive_entry_nlink(entry) > 1;
}

/** What a warning about a header is worth telling, or NULL. */
static const char *archive_warning(const struct ucp_archive *archive, int rc, int err)
{
	if (err < 0) {
		return "its attributes are more than a file can have";
	}
	/* Names that are no UTF-8, though they should be, are taken as they are: nothing is lost. */
	return rc == ARCHIVE_WARN && strstr(ucp_archive_text(archive), "can't be converted from") == NULL
		       ? ucp_archive_text(archive)
		       : NULL;
}

/** Make out a header. */
static int archive_take(struct ucp_archive *archive, struct archive_entry *entry, int rc,
			struct ucp_archive_entry *ret_entry)
{
	int err = archive_add_attrs(archive, entry);
	if (err == -ENOMEM) {
		library.archive_set_error(archive->reader, ENOMEM, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	*ret_entry = (struct ucp_archive_entry){
		.path = library.archive_entry_pathname(entry),
		.hard_link = library.archive_entry_hardlink(entry),
		.symlink = library.archive_entry_symlink(entry),
		.has_size = library.archive_entry_size_is_set(entry) != 0,
		.is_spread = archive_is_spread(archive, entry),
		.warning = archive_warning(archive, rc, err),
		.attrs = archive->attrs, /* still ours */
	};
	archive_fill_stat(archive, entry, &ret_entry->st);
	return 1;
}

int ucp_archive_next(struct ucp_archive *archive, struct ucp_archive_entry *ret_entry)
{
	locale_t before = archive->locale != (locale_t)0 ? uselocale(archive->locale) : (locale_t)0;
	struct archive_entry *entry;
	int result;

	library.archive_clear_error(archive->reader);
	int rc = library.archive_read_next_header(archive->reader, &entry);
	if (rc == ARCHIVE_EOF) {
		result = 0;
	} else if (rc == ARCHIVE_OK || rc == ARCHIVE_WARN) {
		result = archive_take(archive, entry, rc, ret_entry);
	} else {
		result = archive_err(archive, rc);
	}
	if (before != (locale_t)0) {
		(void)uselocale(before);
	}
	return result;
}

int ucp_archive_data(struct ucp_archive *archive, const void **ret_data, size_t *ret_len,
		     uint64_t *ret_off)
{
	la_int64_t off = 0;

	int rc = library.archive_read_data_block(archive->reader, ret_data, ret_len, &off);
	if (rc == ARCHIVE_EOF) {
		return 0;
	}
	if (rc != ARCHIVE_OK) {
		return archive_err(archive, rc);
	}
	if (off < 0) {
		library.archive_set_error(archive->reader, EINVAL, "Data at a negative offset");
		return -EINVAL;
	}
	*ret_off = (uint64_t)off;
	return 1;
}

const char *ucp_archive_text(const struct ucp_archive *archive)
{
	const char *text = library.archive_error_string(archive->reader);

	return text != NULL ? text : "it is damaged";
}

char *ucp_archive_kind(const struct ucp_archive *archive)
{
	const char *format = library.archive_format_name(archive->reader);
	const char *filter = library.archive_filter_name(archive->reader, 0);
	char *text;

	return asprintf(&text, "%s, %s", format != NULL ? format : "unknown",
			filter != NULL ? filter : "none") < 0 ? NULL : text;
}
