/*
 * Preloaded into a program, it writes down what the program and its children change below
 * RECORD_ROOT, into the file RECORD_LOG: see log.h. Each record is one write, so that those of
 * several processes do not mix. What is written through a shared mapping is not seen (SQLite's
 * -shm file, which SQLite makes anew). With RECORD_NO_SYNC no sync is seen.
 *
 * With FAIL_AT=<n> the n-th call that would change something below RECORD_ROOT fails with the
 * errno FAIL_WITH, and with FAIL_ON=1 all that follow; the file FAIL_HIT says that it came to it,
 * with the name of the call. With FAIL_SHORT=1 a write among them that has more than one byte first
 * writes half of them, as where the disk becomes full in the middle of it. With SHORT_WRITES=1 no
 * write fails, but each writes half of what it is asked to.
 */
#include "log.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *root;
static size_t root_len;
static int log_fd = -1;

__attribute__((constructor)) static void start(void)
{
	const char *path = getenv("RECORD_LOG");

	root = getenv("RECORD_ROOT");
	root_len = root ? strlen(root) : 0;
	if (!path || !root)
		return;
	log_fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
			      0666);
	/* out of the way of programs that close low descriptors */
	if (log_fd >= 0) {
		int high = fcntl(log_fd, F_DUPFD_CLOEXEC, 900);

		syscall(SYS_close, log_fd);
		log_fd = high;
	}
}

/* --- failing -------------------------------------------------------------------------------- */

static long fail_at = -1, fail_calls;

static bool fails(const char *call)
{
	const char *text = getenv("FAIL_AT"), *hit = getenv("FAIL_HIT");
	const char *with = getenv("FAIL_WITH");
	bool on = getenv("FAIL_ON") != NULL;

	if (!text || !root)
		return false;
	if (fail_at < 0)
		fail_at = atol(text);
	fail_calls++;
	if (on ? fail_calls < fail_at : fail_calls != fail_at)
		return false;
	if (hit && fail_calls == fail_at) {
		int fd = (int)syscall(SYS_openat, AT_FDCWD, hit, O_WRONLY | O_CREAT | O_APPEND,
				      0666);

		if (fd >= 0 && syscall(SYS_write, fd, call, strlen(call)) >= 0)
			syscall(SYS_close, fd);
	}
	errno = with ? atoi(with) : EIO;
	return true;
}

/* The next definition of the function that is being replaced. */
#define REAL(name, result, ...)                       \
	static result (*real)(__VA_ARGS__);           \
	if (!real) {                                  \
		void *found = dlsym(RTLD_NEXT, name); \
		memcpy(&real, &found, sizeof(real));  \
	}

/* --- names --------------------------------------------------------------------------------- */

/* The name from the root, in out; NULL: outside, or nothing is recorded. The last part of a name is
 * kept as it is: a symbolic link is not followed. */
static const char *inside(char out[PATH_MAX], int dir, const char *path)
{
	char whole[2 * PATH_MAX], parent[PATH_MAX], at[64], *slash;
	ssize_t len;
	int saved = errno;

	if (!root || !path)
		return NULL;
	if (path[0] == '/') {
		snprintf(whole, sizeof(whole), "%s", path);
	} else if (dir == AT_FDCWD) {
		if (syscall(SYS_getcwd, parent, sizeof(parent)) < 0)
			return NULL;
		snprintf(whole, sizeof(whole), "%s/%s", parent, path);
	} else {
		snprintf(at, sizeof(at), "/proc/self/fd/%d", dir);
		len = readlink(at, parent, sizeof(parent) - 1);
		if (len < 0)
			return NULL;
		parent[len] = '\0';
		snprintf(whole, sizeof(whole), "%s/%s", parent, path);
	}
	slash = strrchr(whole, '/');
	*slash = '\0';
	if (!realpath(*whole ? whole : "/", parent)) {
		errno = saved;
		return NULL;
	}
	errno = saved;
	if (strncmp(parent, root, root_len) != 0 || (parent[root_len] && parent[root_len] != '/'))
		return NULL;
	if (snprintf(out, PATH_MAX, "%s%s%s", parent + root_len + (parent[root_len] == '/'),
		     parent[root_len] ? "/" : "", slash + 1) >= PATH_MAX)
		return NULL;
	return out;
}

static bool fd_inside(char out[PATH_MAX], int fd)
{
	char at[64], path[PATH_MAX];
	ssize_t len;

	if (!root)
		return false;
	snprintf(at, sizeof(at), "/proc/self/fd/%d", fd);
	len = readlink(at, path, sizeof(path) - 1);
	if (len < 0)
		return false;
	path[len] = '\0';
	if (strncmp(path, root, root_len) != 0 || (path[root_len] && path[root_len] != '/'))
		return false;
	snprintf(out, PATH_MAX, "%s", path[root_len] ? path + root_len + 1 : "");
	return true;
}

/* --- records ------------------------------------------------------------------------------- */

static void put(struct record r, const char *name, const char *other, const void *bytes)
{
	int saved = errno;
	struct iovec parts[4];

	if (log_fd < 0)
		return;
	r.name = name ? (uint32_t)strlen(name) : 0;
	r.other = other ? (uint32_t)strlen(other) : 0;
	parts[0] = (struct iovec){&r, sizeof(r)};
	parts[1] = (struct iovec){(void *)(uintptr_t)name, r.name};
	parts[2] = (struct iovec){(void *)(uintptr_t)other, r.other};
	parts[3] = (struct iovec){(void *)(uintptr_t)bytes, r.len};
	if (syscall(SYS_writev, log_fd, parts, 4) < 0)
		abort();
	errno = saved;
}

static void put_names(enum record_what what, const char *name, const char *other)
{
	put((struct record){.what = what}, name, other, NULL);
}

static void put_data(int fd, const void *bytes, ssize_t len, off_t offset)
{
	char name[PATH_MAX];
	struct stat st;

	if (len > 0 && fd_inside(name, fd) && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		put((struct record){.what = RECORD_WRITE,
				    .ino = st.st_ino,
				    .offset = (uint64_t)offset,
				    .len = (uint32_t)len},
		    NULL, NULL, bytes);
}

static void put_size(int fd, off_t size)
{
	char name[PATH_MAX];
	struct stat st;

	if (fd_inside(name, fd) && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		put((struct record){.what = RECORD_TRUNCATE,
				    .ino = st.st_ino,
				    .offset = (uint64_t)size},
		    NULL, NULL, NULL);
}

/* --- opening ------------------------------------------------------------------------------- */

static int opened(int fd, const char *name, bool there, int flags)
{
	struct stat st;

	if (fd < 0 || !name || (flags & O_ACCMODE) == O_RDONLY || fstat(fd, &st) ||
	    !S_ISREG(st.st_mode))
		return fd;
	put((struct record){.what = there ? RECORD_OPEN : RECORD_CREATE, .ino = st.st_ino}, name,
	    NULL, NULL);
	if (there && (flags & O_TRUNC))
		put((struct record){.what = RECORD_TRUNCATE, .ino = st.st_ino}, NULL, NULL, NULL);
	return fd;
}

static int open_at(int dir, const char *path, int flags, mode_t mode)
{
	char buf[PATH_MAX];
	const char *name = (flags & O_ACCMODE) == O_RDONLY ? NULL : inside(buf, dir, path);
	bool there = name && faccessat(dir, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;

	if (name && fails("open"))
		return -1;
	return opened((int)syscall(SYS_openat, dir, path, flags, mode), name, there, flags);
}

#define MODE_OF(flags)                           \
	mode_t mode = 0;                         \
	if ((flags) & (O_CREAT | __O_TMPFILE)) { \
		va_list args;                    \
		va_start(args, flags);           \
		mode = va_arg(args, mode_t);     \
		va_end(args);                    \
	}

int open(const char *path, int flags, ...)
{
	MODE_OF(flags)
	return open_at(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	MODE_OF(flags)
	return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
	MODE_OF(flags)
	return open_at(dir, path, flags, mode);
}

int openat64(int dir, const char *path, int flags, ...)
{
	MODE_OF(flags)
	return open_at(dir, path, flags, mode);
}

int creat(const char *path, mode_t mode)
{
	return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

static int made(int fd, const char *path)
{
	char buf[PATH_MAX];
	const char *name = inside(buf, AT_FDCWD, path);

	return opened(fd, name, false, O_RDWR);
}

int mkostemp(char *path, int flags)
{
	REAL("mkostemp", int, char *, int)
	char buf[PATH_MAX];

	if (inside(buf, AT_FDCWD, path) && fails("mkostemp"))
		return -1;
	return made(real(path, flags), path);
}

int mkostemp64(char *path, int flags)
{
	return mkostemp(path, flags);
}

int mkstemp(char *path)
{
	return mkostemp(path, 0);
}

int mkstemp64(char *path)
{
	return mkostemp(path, 0);
}

FILE *fopen(const char *path, const char *mode)
{
	REAL("fopen", FILE *, const char *, const char *)
	char buf[PATH_MAX];
	const char *name =
		mode[0] == 'r' && !strchr(mode, '+') ? NULL : inside(buf, AT_FDCWD, path);
	bool there = name && access(path, F_OK) == 0;
	FILE *f = real(path, mode);

	if (f && name)
		opened(fileno(f), name, there, O_RDWR | (mode[0] == 'w' ? O_TRUNC : 0));
	return f;
}

FILE *fopen64(const char *path, const char *mode)
{
	return fopen(path, mode);
}

/* stdio writes by calls inside libc that cannot be replaced: a file that is written with it is
 * taken down as a whole when it is closed. */
int fclose(FILE *f)
{
	REAL("fclose", int, FILE *)
	int fd = fileno(f), flags = fd < 0 ? 0 : fcntl(fd, F_GETFL), copy = -1;
	char name[PATH_MAX];
	struct stat st;
	int result;

	if (fd >= 0 && (flags & O_ACCMODE) != O_RDONLY && fd_inside(name, fd)) {
		char path[2 * PATH_MAX];

		snprintf(path, sizeof(path), "%s/%s", root, name);
		fflush(f);
		copy = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	}
	result = real(f);
	if (copy >= 0 && fstat(copy, &st) == 0 && S_ISREG(st.st_mode)) {
		char *bytes = malloc((size_t)st.st_size + 1);
		ssize_t len = bytes ? pread(copy, bytes, (size_t)st.st_size, 0) : 0;

		put_data(copy, bytes, len, 0);
		free(bytes);
	}
	if (copy >= 0)
		syscall(SYS_close, copy);
	return result;
}

/* --- bytes --------------------------------------------------------------------------------- */

static bool fd_fails(int fd, const char *call)
{
	char name[PATH_MAX];

	return root && fd_inside(name, fd) && fails(call);
}

/* How many of len bytes this write takes; 0: it fails. */
static size_t takes(int fd, const char *call, size_t len)
{
	char name[PATH_MAX];

	if (!root || !len || !fd_inside(name, fd))
		return len;
	if (fails(call))
		return getenv("FAIL_SHORT") && fail_calls == fail_at ? len / 2 : 0;
	return getenv("SHORT_WRITES") ? (len + 1) / 2 : len;
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
	size_t some = takes(fd, "pwrite", len);
	ssize_t n = len && !some ? -1 : syscall(SYS_pwrite64, fd, bytes, some, offset);

	put_data(fd, bytes, n, offset);
	return n;
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t offset)
{
	return pwrite(fd, bytes, len, offset);
}

ssize_t write(int fd, const void *bytes, size_t len)
{
	size_t some = takes(fd, "write", len);
	ssize_t n = len && !some ? -1 : syscall(SYS_write, fd, bytes, some);

	if (n > 0 && log_fd >= 0) {
		off_t end = lseek(fd, 0, SEEK_CUR);

		if (end >= n)
			put_data(fd, bytes, n, end - n);
	}
	return n;
}

ssize_t writev(int fd, const struct iovec *parts, int n)
{
	ssize_t sum = 0;

	for (int i = 0; i < n; i++) {
		ssize_t put_now =
			parts[i].iov_len ? write(fd, parts[i].iov_base, parts[i].iov_len) : 0;

		if (put_now < 0)
			return sum ? sum : put_now;
		sum += put_now;
		if ((size_t)put_now < parts[i].iov_len)
			break;
	}
	return sum;
}

int ftruncate(int fd, off_t size)
{
	int result = fd_fails(fd, "ftruncate") ? -1 : (int)syscall(SYS_ftruncate, fd, size);

	if (result == 0)
		put_size(fd, size);
	return result;
}

int ftruncate64(int fd, off64_t size)
{
	return ftruncate(fd, size);
}

int posix_fallocate(int fd, off_t offset, off_t len)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && st.st_size < offset + len)
		return ftruncate(fd, offset + len) ? errno : 0;
	return 0;
}

int posix_fallocate64(int fd, off64_t offset, off64_t len)
{
	return posix_fallocate(fd, offset, len);
}

/* --- names that change ---------------------------------------------------------------------- */

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	char a[PATH_MAX], b[PATH_MAX];
	const char *name = inside(a, from_dir, from), *other = inside(b, to_dir, to);
	int result = other && fails("rename")
			     ? -1
			     : (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, 0);

	if (result == 0 && name && other)
		put_names(RECORD_RENAME, name, other);
	return result;
}

int rename(const char *from, const char *to)
{
	return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int link(const char *from, const char *to)
{
	char a[PATH_MAX], b[PATH_MAX];
	const char *name = inside(a, AT_FDCWD, from), *other = inside(b, AT_FDCWD, to);
	int result = other && fails("link")
			     ? -1
			     : (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);

	if (result == 0 && name && other)
		put_names(RECORD_LINK, name, other);
	return result;
}

int unlinkat(int dir, const char *path, int flags)
{
	char buf[PATH_MAX];
	const char *name = inside(buf, dir, path);
	int result = name && fails("unlink") ? -1 : (int)syscall(SYS_unlinkat, dir, path, flags);

	if (result == 0 && name)
		put_names(flags & AT_REMOVEDIR ? RECORD_RMDIR : RECORD_UNLINK, name, NULL);
	return result;
}

int unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int remove(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) ? rmdir(path) : unlink(path);
}

int mkdirat(int dir, const char *path, mode_t mode)
{
	char buf[PATH_MAX];
	const char *name = inside(buf, dir, path);
	int result = name && fails("mkdir") ? -1 : (int)syscall(SYS_mkdirat, dir, path, mode);

	if (result == 0 && name)
		put_names(RECORD_MKDIR, name, NULL);
	return result;
}

int mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

int symlink(const char *target, const char *path)
{
	int result = (int)syscall(SYS_symlinkat, target, AT_FDCWD, path);
	char buf[PATH_MAX];
	const char *name = result ? NULL : inside(buf, AT_FDCWD, path);

	if (name)
		put((struct record){.what = RECORD_SYMLINK, .len = (uint32_t)strlen(target)}, name,
		    NULL, target);
	return result;
}

/* --- onto the disk -------------------------------------------------------------------------- */

static int synced(int result, int fd)
{
	char name[PATH_MAX];
	struct stat st;

	if (result || getenv("RECORD_NO_SYNC") || !fd_inside(name, fd) || fstat(fd, &st))
		return result;
	if (S_ISDIR(st.st_mode))
		put_names(RECORD_SYNC_DIR, name, NULL);
	else
		put((struct record){.what = RECORD_SYNC, .ino = st.st_ino}, NULL, NULL, NULL);
	return result;
}

/* The disk itself is left alone: the test is about what was asked of it. */
int fsync(int fd)
{
	return synced(fd_fails(fd, "fsync") || fcntl(fd, F_GETFD) < 0 ? -1 : 0, fd);
}

int fdatasync(int fd)
{
	return fsync(fd);
}

int syncfs(int fd)
{
	if (fd_fails(fd, "syncfs") || fcntl(fd, F_GETFD) < 0)
		return -1;
	if (log_fd >= 0 && !getenv("RECORD_NO_SYNC"))
		put_names(RECORD_SYNC_ALL, NULL, NULL);
	return 0;
}
