/* file_lock, and file_on_network, which says where locks cannot be trusted. */
#include "util/clock.h"
#include "util/file.h"
#include "util/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/vfs.h>
#else
#include <sys/mount.h>
#include <sys/param.h>
#endif

#ifdef __linux__
/* From statfs(2); <linux/magic.h> lacks some of them. Not FUSE: containers stand on it too. */
static const struct {
	unsigned long magic;
	const char *name;
} network[] = {
	{0x6969, "nfs"},      {0xFF534D42, "cifs"}, {0xFE534D42, "smb2"}, {0x517B, "smb"},
	{0x5346414F, "afs"},  {0x73757245, "coda"}, {0x01021997, "9p"},	  {0x00C36400, "ceph"},
};

const char *file_network_type(long magic)
{
	for (size_t i = 0; i < sizeof(network) / sizeof(*network); i++)
		if ((unsigned long)(unsigned int)magic == network[i].magic)
			return network[i].name;
	return NULL;
}

static const char *network_name(const char *path, bool *found)
{
	struct statfs fs;

	*found = statfs(path, &fs) == 0;
	return *found ? file_network_type((long)fs.f_type) : NULL;
}
#else
static const char *network_name(const char *path, bool *found)
{
	struct statfs fs;

	*found = statfs(path, &fs) == 0;
	return *found && !(fs.f_flags & MNT_LOCAL) ? "network" : NULL;
}
#endif

/* A path that does not exist yet will be where its nearest directory is. */
bool file_on_network(const char *path, const char **name)
{
	scoped_free char *at = mem_strdup(path);
	const char *which;
	bool found;

	for (;;) {
		char *slash;

		which = network_name(at, &found);
		slash = strrchr(at, '/');
		if (found || !slash || slash == at)
			break;
		*slash = '\0';
	}
	if (!found)
		which = network_name(path[0] == '/' ? "/" : ".", &found);
	if (which && name)
		*name = which;
	return which != NULL;
}

static void wait_ms(long ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

/* flock has no time limit of its own, and SIGALRM belongs to the program: so, poll. */
static int try_until(int fd, int how, int64_t deadline)
{
	for (long pause = 1;; pause = pause < 32 ? pause * 2 : 50) {
		if (flock(fd, how | LOCK_NB) == 0)
			return 0;
		if (errno != EINTR && errno != EWOULDBLOCK)
			return -1;
		if (clock_monotonic_ns() >= deadline) {
			errno = EWOULDBLOCK;
			return -1;
		}
		wait_ms(pause);
	}
}

static err_t lock_opened(int *fd, int opened, const char *path, int how, int max_wait_ms)
{
	int64_t deadline = clock_monotonic_ns() + (int64_t)max_wait_ms * 1000000;
	err_t err;

	if (opened < 0)
		return err_errno("cannot open lock '%s'", path);
	if (try_until(opened, how, deadline) == 0) {
		*fd = opened;
		return NULL;
	}
	if (errno == EWOULDBLOCK)
		err = err_new(ERR_BUSY, "another process holds the lock '%s'", path);
	else
		err = err_errno("cannot lock '%s'", path);
	close(opened);
	return err;
}

err_t file_lock(int *fd, const char *path, int max_wait_ms)
{
	int opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);

	return lock_opened(fd, opened, path, LOCK_EX, max_wait_ms);
}

err_t file_lock_dir(int *fd, const char *dir, bool alone, int max_wait_ms)
{
	int opened = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return lock_opened(fd, opened, dir, alone ? LOCK_EX : LOCK_SH, max_wait_ms);
}

void file_unlock(int fd)
{
	if (fd < 0)
		return;
	flock(fd, LOCK_UN);
	close(fd);
}
