/* Copyright (c) 2026 the ucp authors */
/* SPDX-License-Identifier: MIT */

/*
 * A filesystem that shows a directory, and in which operations go wrong by rules.
 *
 *     faultfs [-f] [-o OPTION,...] DIRECTORY MOUNTPOINT
 *
 * Rules are written to the file .faults at the top, which no listing has: opening it for writing
 * drops the old ones, and write(2) puts the new ones in force, or fails with EINVAL when a line is
 * none. What they can say is in faults.h. Read, the file tells them with the number of times that
 * each has struck in front.
 *
 * Options, besides those of libfuse:
 *     direct_io  reads and writes get here as they are made: what is short stays short
 *     sync_dio   io_uring has these done one after the other, by a thread: else the kernel makes an
 *                EIO of a write that is short (and with it, of a read that is short, other data)
 *     cache      the kernel keeps what it has in its page cache, and believes in it, whatever a
 *                file may have become below
 *     writeback  with cache: writes get here later, on fsync and close at the latest
 * Without any a file is read anew whenever it is opened, and attributes are asked for every time.
 *
 * Files are the daemon's user's. There is no O_TMPFILE, and no copy_file_range of its own. In the
 * foreground (-f) it ends with the process that started it.
 */
#define FUSE_USE_VERSION 35

#include "faults.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

static const char faultfs_control[] = "/.faults";

/** What was on the command line. */
static struct {
	char *backing;
	int root; /**< the backing directory; all paths are relative to it */
	int is_direct;
	int is_sync;
	int has_cache;
	int has_writeback;
} faultfs = {.root = -1};

/** What is open. */
struct faultfs_file {
	int fd;       /**< owned; -1: the control file */
	DIR *dir;     /**< owned: a directory */
	uint64_t nth; /**< of the files created, or 0 */
	char *text;   /**< owned: of the control file, which one writes to at a time */
	size_t len;
	char path[];
};

/** A path below the backing directory, which is the working directory. */
static const char *faultfs_path(const char *path)
{
	return path[1] == '\0' ? "." : path + 1;
}

/** What a descriptor of FUSE stands for. */
static struct faultfs_file *faultfs_file(const struct fuse_file_info *fi)
{
	return (struct faultfs_file *)(uintptr_t)fi->fh;
}

/** The descriptor of what is open, or -1 for the control file. */
static int faultfs_fd(const struct faultfs_file *file)
{
	return file->dir != NULL ? dirfd(file->dir) : file->fd;
}

/** What the rules call something: libfuse may know only that it is open. */
static const char *faultfs_name(const char *path, const struct fuse_file_info *fi)
{
	return path != NULL ? faultfs_path(path) : faultfs_file(fi)->path;
}

/** The result of a system call that is 0 or -1. */
static int faultfs_result(int rc)
{
	return rc < 0 ? -errno : 0;
}

/** Make what stands for a descriptor: NULL without memory. */
static struct faultfs_file *faultfs_new(const char *path, struct fuse_file_info *fi)
{
	size_t len = strlen(path) + 1;
	struct faultfs_file *file = calloc(1, sizeof(*file) + len);

	if (file != NULL) {
		file->fd = -1;
		memcpy(file->path, path, len);
		fi->fh = (uintptr_t)file;
		fi->keep_cache = faultfs.has_cache != 0;
		fi->direct_io = faultfs.is_direct != 0;
	}
	return file;
}

/** Close and give back. */
static void faultfs_free(struct faultfs_file *file)
{
	if (file->fd >= 0) {
		close(file->fd);
	}
	if (file->dir != NULL) {
		closedir(file->dir);
	}
	free(file->text);
	free(file);
}

/* --- the control file --------------------------------------------------------- */

/** Whether a path, or what is open where there is none, is the control file. */
static bool faultfs_is_control(const char *path, const struct fuse_file_info *fi)
{
	return path != NULL ? strcmp(path, faultfs_control) == 0
			    : fi != NULL && faultfs_fd(faultfs_file(fi)) < 0;
}

/** Open the control file; what it tells is made now. */
static int control_open(struct fuse_file_info *fi)
{
	struct faultfs_file *file = faultfs_new(faultfs_control, fi);

	if (file == NULL) {
		return -ENOMEM;
	}
	if ((fi->flags & O_ACCMODE) == O_RDONLY) {
		file->text = faults_get();
		file->len = file->text != NULL ? strlen(file->text) : 0;
	} else {
		(void)faults_set(""); /* no line can be wrong */
	}
	fi->direct_io = 1;
	return 0;
}

/** Read what it tells. */
static int control_read(struct faultfs_file *file, char *buf, size_t len, off_t off)
{
	if ((size_t)off >= file->len) {
		return 0;
	}
	len = len < file->len - (size_t)off ? len : file->len - (size_t)off;
	memcpy(buf, file->text + off, len);
	return (int)len;
}

/** Add to the rules, whatever the offset; whole lines are put in force. */
static int control_write(struct faultfs_file *file, const char *buf, size_t len)
{
	char *text = realloc(file->text, file->len + len + 1);

	if (text == NULL) {
		return -ENOMEM;
	}
	memcpy(text + file->len, buf, len);
	file->text = text;
	file->len += len;
	file->text[file->len] = '\0';
	int err = len > 0 && buf[len - 1] == '\n' ? faults_set(file->text) : 0;
	return err < 0 ? err : (int)len;
}

/** What it looks like. */
static int control_getattr(struct stat *st)
{
	*st = (struct stat){
		.st_mode = S_IFREG | 0600,
		.st_nlink = 1,
		.st_ino = (ino_t)-2,
		.st_uid = geteuid(),
		.st_gid = getegid(),
	};
	return 0;
}

/* --- names -------------------------------------------------------------------- */

/** stat(2), lookups and fstat(2). */
static int do_getattr(const char *path, struct stat *st, struct fuse_file_info *fi)
{
	if (faultfs_is_control(path, fi)) {
		return control_getattr(st);
	}
	int err = faults_strike(FAULTS_GETATTR, faultfs_name(path, fi));
	if (err < 0) {
		return err;
	}
	return faultfs_result(path != NULL ? lstat(faultfs_path(path), st)
					   : fstat(faultfs_fd(faultfs_file(fi)), st));
}

/** readlink(2), but for the null byte at the end. */
static int do_readlink(const char *path, char *buf, size_t size)
{
	int err = faults_strike(FAULTS_READLINK, faultfs_path(path));
	if (err < 0) {
		return err;
	}
	ssize_t n = readlink(faultfs_path(path), buf, size - 1);
	if (n < 0) {
		return -errno;
	}
	buf[n] = '\0';
	return 0;
}

/** mknod(2), mkfifo(3). */
static int do_mknod(const char *path, mode_t mode, dev_t dev)
{
	int err = faults_strike(FAULTS_MKNOD, faultfs_path(path));
	return err < 0 ? err : faultfs_result(mknod(faultfs_path(path), mode, dev));
}

/** mkdir(2). */
static int do_mkdir(const char *path, mode_t mode)
{
	int err = faults_strike(FAULTS_MKDIR, faultfs_path(path));
	return err < 0 ? err : faultfs_result(mkdir(faultfs_path(path), mode));
}

/** unlink(2). */
static int do_unlink(const char *path)
{
	int err = faults_strike(FAULTS_UNLINK, faultfs_path(path));
	return err < 0 ? err : faultfs_result(unlink(faultfs_path(path)));
}

/** rmdir(2). */
static int do_rmdir(const char *path)
{
	int err = faults_strike(FAULTS_RMDIR, faultfs_path(path));
	return err < 0 ? err : faultfs_result(rmdir(faultfs_path(path)));
}

/** symlink(2). */
static int do_symlink(const char *target, const char *path)
{
	int err = faults_strike(FAULTS_SYMLINK, faultfs_path(path));
	return err < 0 ? err : faultfs_result(symlink(target, faultfs_path(path)));
}

/** renameat2(2). */
static int do_rename(const char *from, const char *to, unsigned int flags)
{
	int err = faults_strike(FAULTS_RENAME, faultfs_path(from));
	if (err == 0) {
		err = faults_strike(FAULTS_RENAME, faultfs_path(to));
	}
	if (err < 0) {
		return err;
	}
	/* not every libc has it */
	return faultfs_result((int)syscall(SYS_renameat2, AT_FDCWD, faultfs_path(from), AT_FDCWD,
					   faultfs_path(to), flags));
}

/** link(2). */
static int do_link(const char *from, const char *to)
{
	int err = faults_strike(FAULTS_LINK, faultfs_path(from));
	if (err == 0) {
		err = faults_strike(FAULTS_LINK, faultfs_path(to));
	}
	return err < 0 ? err : faultfs_result(link(faultfs_path(from), faultfs_path(to)));
}

/* --- attributes --------------------------------------------------------------- */

/** chmod(2). */
static int do_chmod(const char *path, mode_t mode, struct fuse_file_info *fi)
{
	if (faultfs_is_control(path, fi)) {
		return 0;
	}
	int err = faults_strike(FAULTS_CHMOD, faultfs_name(path, fi));
	if (err < 0) {
		return err;
	}
	return faultfs_result(path != NULL ? chmod(faultfs_path(path), mode)
					   : fchmod(faultfs_fd(faultfs_file(fi)), mode));
}

/** lchown(2). */
static int do_chown(const char *path, uid_t uid, gid_t gid, struct fuse_file_info *fi)
{
	if (faultfs_is_control(path, fi)) {
		return 0;
	}
	int err = faults_strike(FAULTS_CHOWN, faultfs_name(path, fi));
	if (err < 0) {
		return err;
	}
	return faultfs_result(path != NULL ? lchown(faultfs_path(path), uid, gid)
					   : fchown(faultfs_fd(faultfs_file(fi)), uid, gid));
}

/** utimensat(2). */
static int do_utimens(const char *path, const struct timespec ts[2], struct fuse_file_info *fi)
{
	if (faultfs_is_control(path, fi)) {
		return 0;
	}
	int err = faults_strike(FAULTS_UTIMENS, faultfs_name(path, fi));
	if (err < 0) {
		return err;
	}
	return faultfs_result(path != NULL ? utimensat(AT_FDCWD, faultfs_path(path), ts,
						       AT_SYMLINK_NOFOLLOW)
					   : futimens(faultfs_fd(faultfs_file(fi)), ts));
}

/** lsetxattr(2). */
static int do_setxattr(const char *path, const char *name, const char *value, size_t size,
		       int flags)
{
	int err = faults_strike(FAULTS_SETXATTR, faultfs_path(path));
	return err < 0 ? err
		       : faultfs_result(lsetxattr(faultfs_path(path), name, value, size, flags));
}

/** lgetxattr(2). */
static int do_getxattr(const char *path, const char *name, char *value, size_t size)
{
	if (faultfs_is_control(path, NULL)) {
		return -ENODATA;
	}
	int err = faults_strike(FAULTS_GETXATTR, faultfs_path(path));
	if (err < 0) {
		return err;
	}
	ssize_t n = lgetxattr(faultfs_path(path), name, value, size);
	return n < 0 ? -errno : (int)n;
}

/** llistxattr(2). */
static int do_listxattr(const char *path, char *list, size_t size)
{
	if (faultfs_is_control(path, NULL)) {
		return 0;
	}
	int err = faults_strike(FAULTS_LISTXATTR, faultfs_path(path));
	if (err < 0) {
		return err;
	}
	ssize_t n = llistxattr(faultfs_path(path), list, size);
	return n < 0 ? -errno : (int)n;
}

/** lremovexattr(2). */
static int do_removexattr(const char *path, const char *name)
{
	int err = faults_strike(FAULTS_REMOVEXATTR, faultfs_path(path));
	return err < 0 ? err : faultfs_result(lremovexattr(faultfs_path(path), name));
}

/** statfs(2). */
static int do_statfs(const char *path, struct statvfs *st)
{
	int err = faults_strike(FAULTS_STATFS, faultfs_path(path));
	return err < 0 ? err : faultfs_result(fstatvfs(faultfs.root, st));
}

/* --- files -------------------------------------------------------------------- */

/**
 * The flags to open a file below with. Where data goes is said with every write, not by O_APPEND;
 * and a kernel that writes back reads the rest of a page from a file that is open for writing.
 */
static int file_flags(int flags)
{
	flags &= ~(O_APPEND | O_DIRECT | O_EXCL | O_NOCTTY | O_NONBLOCK);
	if (faultfs.has_writeback && (flags & O_ACCMODE) == O_WRONLY) {
		flags = (flags & ~O_ACCMODE) | O_RDWR;
	}
	return flags | O_NOFOLLOW | O_CLOEXEC;
}

/** open(2) of what exists. */
static int do_open(const char *path, struct fuse_file_info *fi)
{
	if (faultfs_is_control(path, NULL)) {
		return control_open(fi);
	}
	int err = faults_strike(FAULTS_OPEN, faultfs_path(path));
	if (err < 0) {
		return err;
	}
	struct faultfs_file *file = faultfs_new(faultfs_path(path), fi);
	if (file == NULL) {
		return -ENOMEM;
	}
	file->fd = open(file->path, file_flags(fi->flags) & ~O_CREAT);
	if (file->fd < 0) {
		err = -errno;
		faultfs_free(file);
	}
	return err;
}

/** open(2) with O_CREAT. */
static int do_create(const char *path, mode_t mode, struct fuse_file_info *fi)
{
	int err = faults_strike(FAULTS_CREATE, faultfs_path(path));
	if (err < 0) {
		return err;
	}
	struct faultfs_file *file = faultfs_new(faultfs_path(path), fi);
	if (file == NULL) {
		return -ENOMEM;
	}
	file->fd = open(file->path, file_flags(fi->flags) | O_CREAT | (fi->flags & O_EXCL), mode);
	if (file->fd < 0) {
		err = -errno;
		faultfs_free(file);
		return err;
	}
	file->nth = faults_created();
	return 0;
}

/** Append, by a descriptor of its own. */
static void change_grow(int fd, uint64_t size)
{
	char more[4096];
	off_t end = lseek(fd, 0, SEEK_END);

	memset(more, '+', sizeof(more));
	while (size > 0) {
		ssize_t n = pwrite(fd, more, size < sizeof(more) ? size : sizeof(more), end);
		if (n <= 0) {
			break;
		}
		size -= (uint64_t)n;
		end += n;
	}
}

/** Make each byte another. */
static void change_rewrite(int fd)
{
	char buf[4096];
	off_t off = 0;

	for (ssize_t n; (n = pread(fd, buf, sizeof(buf), off)) > 0; off += n) {
		for (ssize_t i = 0; i < n; i++) {
			buf[i] = (char)~buf[i];
		}
		if (pwrite(fd, buf, (size_t)n, off) != n) {
			break;
		}
	}
}

/** Let a file that was read from change as the rules say; it may be open for reading only. */
static void file_change(const struct faults_io *io)
{
	uint64_t size = 0;
	enum faults_change change = faults_change(io, &size);

	if (change == FAULTS_KEEP) {
		return;
	}
	int fd = open(io->path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		return;
	}
	if (change == FAULTS_GROW) {
		change_grow(fd, size);
	} else if (change == FAULTS_REWRITE) {
		change_rewrite(fd);
	} else if (ftruncate(fd, (off_t)size) != 0) {
		perror("faultfs: ftruncate");
	}
	close(fd);
}

/** pread(2). */
static int do_read(const char *path, char *buf, size_t len, off_t off, struct fuse_file_info *fi)
{
	struct faultfs_file *file = faultfs_file(fi);
	struct faults_io io = {FAULTS_READ, file->path, file->nth, (uint64_t)off, len};

	(void)path;
	if (file->fd < 0) {
		return control_read(file, buf, len, off);
	}
	int err = faults_strike_io(&io);
	if (err < 0) {
		return err;
	}
	ssize_t n = pread(file->fd, buf, io.len, off);
	if (n < 0) {
		return -errno;
	}
	io.len = (size_t)n;
	faults_flip(&io, buf);
	file_change(&io);
	return (int)n;
}

/** pwrite(2). What is written is copied first: the kernel's pages are not to see a flip. */
static int do_write(const char *path, const char *buf, size_t len, off_t off,
		    struct fuse_file_info *fi)
{
	struct faultfs_file *file = faultfs_file(fi);
	struct faults_io io = {FAULTS_WRITE, file->path, file->nth, (uint64_t)off, len};

	(void)path;
	if (file->fd < 0) {
		return control_write(file, buf, len);
	}
	int err = faults_strike_io(&io);
	if (err < 0) {
		return err;
	}
	char *copy = malloc(io.len + 1);
	if (copy == NULL) {
		return -ENOMEM;
	}
	memcpy(copy, buf, io.len);
	faults_flip(&io, copy);
	ssize_t n = pwrite(file->fd, copy, io.len, off);
	err = n < 0 ? -errno : (int)n;
	free(copy);
	return err;
}

/** fsync(2), fdatasync(2). */
static int do_fsync(const char *path, int is_data, struct fuse_file_info *fi)
{
	struct faultfs_file *file = faultfs_file(fi);

	(void)path;
	if (file->fd < 0) {
		return 0;
	}
	int err = faults_strike(FAULTS_FSYNC, file->path);
	if (err < 0) {
		return err;
	}
	return faultfs_result(is_data ? fdatasync(file->fd) : fsync(file->fd));
}

/** close(2) of one of the descriptors. */
static int do_flush(const char *path, struct fuse_file_info *fi)
{
	struct faultfs_file *file = faultfs_file(fi);

	(void)path;
	return file->fd < 0 ? 0 : faults_strike(FAULTS_CLOSE, file->path);
}

/** The last descriptor is gone. */
static int do_release(const char *path, struct fuse_file_info *fi)
{
	(void)path;
	faultfs_free(faultfs_file(fi));
	return 0;
}

/** truncate(2), ftruncate(2). */
static int do_truncate(const char *path, off_t size, struct fuse_file_info *fi)
{
	if (faultfs_is_control(path, fi)) {
		return 0;
	}
	int err = faults_strike(FAULTS_TRUNCATE, faultfs_name(path, fi));
	if (err < 0) {
		return err;
	}
	return faultfs_result(fi != NULL ? ftruncate(faultfs_fd(faultfs_file(fi)), size)
					 : truncate(faultfs_path(path), size));
}

/** fallocate(2). */
static int do_fallocate(const char *path, int mode, off_t off, off_t len, struct fuse_file_info *fi)
{
	struct faultfs_file *file = faultfs_file(fi);

	(void)path;
	int err = faults_strike(FAULTS_ALLOCATE, file->path);
	return err < 0 ? err : faultfs_result(fallocate(file->fd, mode, off, len));
}

/** lseek(2) for data and holes. */
static off_t do_lseek(const char *path, off_t off, int whence, struct fuse_file_info *fi)
{
	struct faultfs_file *file = faultfs_file(fi);

	(void)path;
	int err = faults_strike(FAULTS_SEEK, file->path);
	if (err < 0) {
		return err;
	}
	off_t at = lseek(file->fd, off, whence);
	return at < 0 ? -errno : at;
}

/* --- directories -------------------------------------------------------------- */

/** opendir(3). */
static int do_opendir(const char *path, struct fuse_file_info *fi)
{
	int err = faults_strike(FAULTS_OPENDIR, faultfs_path(path));
	if (err < 0) {
		return err;
	}
	struct faultfs_file *file = faultfs_new(faultfs_path(path), fi);
	if (file == NULL) {
		return -ENOMEM;
	}
	file->dir = opendir(file->path);
	if (file->dir == NULL) {
		err = -errno;
		faultfs_free(file);
	}
	return err;
}

/** All of a directory at once. */
static int do_readdir(const char *path, void *buf, fuse_fill_dir_t fill, off_t off,
		      struct fuse_file_info *fi, enum fuse_readdir_flags flags)
{
	struct faultfs_file *file = faultfs_file(fi);

	(void)path;
	(void)off;
	(void)flags;
	int err = faults_strike(FAULTS_READDIR, file->path);
	if (err < 0) {
		return err;
	}
	rewinddir(file->dir);
	for (const struct dirent *entry; errno = 0, (entry = readdir(file->dir)) != NULL;) {
		struct stat st = {.st_ino = entry->d_ino, .st_mode = DTTOIF(entry->d_type)};
		if (fill(buf, entry->d_name, &st, 0, 0) != 0) {
			return -ENOMEM;
		}
	}
	return -errno;
}

/** fsync(2) of a directory. The kernel asks no more after ENOSYS, and says it went well. */
static int do_fsyncdir(const char *path, int is_data, struct fuse_file_info *fi)
{
	struct faultfs_file *file = faultfs_file(fi);

	(void)path;
	(void)is_data;
	int err = faults_strike(FAULTS_FSYNCDIR, file->path);
	return err < 0 ? err : faultfs_result(fsync(dirfd(file->dir)));
}

/* --- the program -------------------------------------------------------------- */

/** Say what is wanted of the kernel; the process is where it will stay. */
static void *do_init(struct fuse_conn_info *conn, struct fuse_config *cfg)
{
	cfg->use_ino = 1;
	cfg->nullpath_ok = 1;
	cfg->hard_remove = 1;
	cfg->attr_timeout = 0;
	cfg->entry_timeout = 0;
	cfg->negative_timeout = 0;
	conn->max_background = 64; /* slow operations do not stand in each other's way */
	if (faultfs.is_sync) {
		conn->want &= ~(unsigned int)FUSE_CAP_ASYNC_DIO;
	}
	if (faultfs.has_cache) {
		conn->want &= ~(unsigned int)FUSE_CAP_AUTO_INVAL_DATA;
	}
	if (faultfs.has_writeback) {
		conn->want |= conn->capable & FUSE_CAP_WRITEBACK_CACHE;
	}
	if (fchdir(faultfs.root) != 0) {
		perror("faultfs: fchdir");
	}
	return NULL;
}

static const struct fuse_operations faultfs_operations = {
	.init = do_init,
	.getattr = do_getattr,
	.readlink = do_readlink,
	.mknod = do_mknod,
	.mkdir = do_mkdir,
	.unlink = do_unlink,
	.rmdir = do_rmdir,
	.symlink = do_symlink,
	.rename = do_rename,
	.link = do_link,
	.chmod = do_chmod,
	.chown = do_chown,
	.utimens = do_utimens,
	.setxattr = do_setxattr,
	.getxattr = do_getxattr,
	.listxattr = do_listxattr,
	.removexattr = do_removexattr,
	.statfs = do_statfs,
	.open = do_open,
	.create = do_create,
	.read = do_read,
	.write = do_write,
	.fsync = do_fsync,
	.flush = do_flush,
	.release = do_release,
	.truncate = do_truncate,
	.fallocate = do_fallocate,
	.lseek = do_lseek,
	.opendir = do_opendir,
	.readdir = do_readdir,
	.releasedir = do_release,
	.fsyncdir = do_fsyncdir,
};

/** Take the backing directory off the arguments, and see whether it runs in the foreground. */
static int faultfs_argument(void *data, const char *arg, int key, struct fuse_args *args)
{
	(void)data;
	(void)args;
	if (key == FUSE_OPT_KEY_NONOPT && faultfs.backing == NULL) {
		faultfs.backing = strdup(arg);
		return faultfs.backing != NULL ? 0 : -1;
	}
	if (strcmp(arg, "-f") == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* a test that is killed leaves no daemon */
	}
	return 1;
}

int main(int argc, char **argv)
{
	struct fuse_args args = FUSE_ARGS_INIT(argc, argv);
	static const struct fuse_opt options[] = {
		{"direct_io", offsetof(__typeof__(faultfs), is_direct), 1},
		{"sync_dio", offsetof(__typeof__(faultfs), is_sync), 1},
		{"cache", offsetof(__typeof__(faultfs), has_cache), 1},
		{"writeback", offsetof(__typeof__(faultfs), has_writeback), 1},
		FUSE_OPT_END,
	};

	if (fuse_opt_parse(&args, &faultfs, options, faultfs_argument) != 0) {
		return 2;
	}
	if (faultfs.backing == NULL) {
		fprintf(stderr, "usage: faultfs [-f] [-o OPTION,...] DIRECTORY MOUNTPOINT\n");
		return 2;
	}
	faultfs.root = open(faultfs.backing, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (faultfs.root < 0) {
		perror(faultfs.backing);
		return 1;
	}
#if FUSE_VERSION >= FUSE_MAKE_VERSION(3, 12)
	/* Else ten threads do it all, and slow operations wait for each other. */
	if (fuse_opt_add_arg(&args, "-omax_threads=100") != 0) {
		return 1;
	}
#endif
	umask(0);
	int status = fuse_main(args.argc, args.argv, &faultfs_operations, NULL);
	fuse_opt_free_args(&args);
	free(faultfs.backing);
	return status;
}
