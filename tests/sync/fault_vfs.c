#include "fault_vfs.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

/* The real file lies behind it in the same memory. */
struct file {
	sqlite3_file base;
	const char *name;
	sqlite3_file *real;
};

static sqlite3_vfs shim, *below;
static struct {
	enum vfs_fault fault;
	long n, seen;
	bool on, hit;
	char what[128];
} plan;

void fault_vfs_arm(enum vfs_fault fault, long n, bool on)
{
	memset(&plan, 0, sizeof(plan));
	plan.fault = fault;
	plan.n = n;
	plan.on = on;
}

bool fault_vfs_disarm(const char **what)
{
	plan.n = 0;
	if (what)
		*what = plan.what;
	return plan.hit;
}

/* Whether this call fails, where it is one that can. */
static bool fails(enum vfs_fault fault, const char *call, const char *name)
{
	const char *slash;

	if (!plan.n || fault != plan.fault)
		return false;
	plan.seen++;
	if (plan.seen != plan.n && !(plan.on && plan.seen > plan.n))
		return false;
	slash = name ? strrchr(name, '/') : NULL;
	if (!plan.hit)
		snprintf(plan.what, sizeof(plan.what), "%s %s", call,
			 slash ? slash + 1 : name ? name : "(temporary)");
	plan.hit = true;
	return true;
}

static struct file *file_of(sqlite3_file *f)
{
	return (struct file *)f;
}

#define IOERR(call, code)                                                                          \
	do {                                                                                       \
		if (fails(VFS_IOERR, (call), file_of(f)->name))                                    \
			return (code);                                                             \
	} while (0)
#define REAL(f) (file_of(f)->real)
#define BELOW(f) (file_of(f)->real->pMethods)

/* --- a file ---------------------------------------------------------------------------------- */

static int do_close(sqlite3_file *f)
{
	return BELOW(f)->xClose(REAL(f));
}

static int do_read(sqlite3_file *f, void *at, int len, sqlite3_int64 from)
{
	IOERR("read", SQLITE_IOERR_READ);
	return BELOW(f)->xRead(REAL(f), at, len, from);
}

static int do_write(sqlite3_file *f, const void *at, int len, sqlite3_int64 to)
{
	IOERR("write", SQLITE_IOERR_WRITE);
	if (fails(VFS_FULL, "write", file_of(f)->name))
		return SQLITE_FULL;
	return BELOW(f)->xWrite(REAL(f), at, len, to);
}

static int do_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	IOERR("truncate", SQLITE_IOERR_TRUNCATE);
	return BELOW(f)->xTruncate(REAL(f), size);
}

static int do_sync(sqlite3_file *f, int flags)
{
	IOERR("sync", SQLITE_IOERR_FSYNC);
	return BELOW(f)->xSync(REAL(f), flags);
}

static int do_size(sqlite3_file *f, sqlite3_int64 *size)
{
	IOERR("size", SQLITE_IOERR_FSTAT);
	return BELOW(f)->xFileSize(REAL(f), size);
}

static int do_lock(sqlite3_file *f, int how)
{
	IOERR("lock", SQLITE_IOERR_LOCK);
	if (fails(VFS_BUSY, "lock", file_of(f)->name))
		return SQLITE_BUSY;
	return BELOW(f)->xLock(REAL(f), how);
}

static int do_unlock(sqlite3_file *f, int how)
{
	return BELOW(f)->xUnlock(REAL(f), how);
}

static int do_reserved(sqlite3_file *f, int *out)
{
	IOERR("look for a lock", SQLITE_IOERR_CHECKRESERVEDLOCK);
	return BELOW(f)->xCheckReservedLock(REAL(f), out);
}

static int do_control(sqlite3_file *f, int op, void *arg)
{
	return BELOW(f)->xFileControl(REAL(f), op, arg);
}

static int do_sector(sqlite3_file *f)
{
	return BELOW(f)->xSectorSize(REAL(f));
}

static int do_device(sqlite3_file *f)
{
	return BELOW(f)->xDeviceCharacteristics(REAL(f));
}

static int do_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **at)
{
	IOERR("map", SQLITE_IOERR_SHMMAP);
	return BELOW(f)->xShmMap(REAL(f), page, size, extend, at);
}

static int do_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	if (flags & SQLITE_SHM_LOCK) {
		IOERR("lock in memory", SQLITE_IOERR_SHMLOCK);
		if (fails(VFS_BUSY, "lock in memory", file_of(f)->name))
			return SQLITE_BUSY;
	}
	return BELOW(f)->xShmLock(REAL(f), offset, n, flags);
}

static void do_shm_barrier(sqlite3_file *f)
{
	BELOW(f)->xShmBarrier(REAL(f));
}

static int do_shm_unmap(sqlite3_file *f, int remove)
{
	return BELOW(f)->xShmUnmap(REAL(f), remove);
}

/* Version 2: nothing is read around us. */
static const sqlite3_io_methods methods = {
	2, do_close, do_read, do_write, do_truncate, do_sync, do_size, do_lock, do_unlock,
	do_reserved, do_control, do_sector, do_device, do_shm_map, do_shm_lock, do_shm_barrier,
	do_shm_unmap, NULL, NULL,
};

/* --- the file system ------------------------------------------------------------------------- */

static int do_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
	int rc;

	f->pMethods = NULL;
	file_of(f)->name = name;
	file_of(f)->real = (sqlite3_file *)(file_of(f) + 1);
	if (fails(VFS_IOERR, "open", name))
		return SQLITE_CANTOPEN;
	rc = below->xOpen(below, name, REAL(f), flags, out);
	if (rc == SQLITE_OK)
		f->pMethods = &methods;
	return rc;
}

static int do_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	if (fails(VFS_IOERR, "delete", name))
		return SQLITE_IOERR_DELETE;
	return below->xDelete(below, name, sync);
}

static int do_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	if (fails(VFS_IOERR, "look for", name))
		return SQLITE_IOERR_ACCESS;
	return below->xAccess(below, name, flags, out);
}

static int do_sleep(sqlite3_vfs *vfs, int microseconds)
{
	return microseconds;
}

void fault_vfs_install(void)
{
	below = sqlite3_vfs_find(NULL);
	shim = *below;
	shim.pNext = NULL;
	shim.zName = "fault";
	shim.szOsFile = (int)sizeof(struct file) + below->szOsFile;
	shim.xOpen = do_open;
	shim.xDelete = do_delete;
	shim.xAccess = do_access;
	shim.xSleep = do_sleep;
	sqlite3_vfs_register(&shim, 1);
}
