/*
 * What record.so writes and replay reads: every change of a file below RECORD_ROOT, in order. A
 * record is this header, then the two names and the bytes. Names are relative to the root.
 */
#ifndef TESTS_POWER_LOG_H
#define TESTS_POWER_LOG_H

#include <stdint.h>

enum record_what {
	RECORD_OPEN,	 /* name: a file that is there is opened for writing */
	RECORD_CREATE,	 /* name: a new, empty file */
	RECORD_WRITE,	 /* bytes at offset */
	RECORD_TRUNCATE, /* offset: the new size */
	RECORD_RENAME,	 /* name to other */
	RECORD_LINK,	 /* name, also called other */
	RECORD_UNLINK,	 /* name */
	RECORD_MKDIR,	 /* name */
	RECORD_RMDIR,	 /* name */
	RECORD_SYMLINK,	 /* name, with the bytes as its target */
	RECORD_SYNC,	 /* the file's bytes are on the disk */
	RECORD_SYNC_DIR, /* what happened to the names in directory name is on the disk */
	RECORD_SYNC_ALL, /* everything is on the disk */
	RECORD_NAMES,	 /* how many there are */
};

struct record {
	uint32_t what;
	uint32_t name, other; /* their lengths */
	uint32_t len;	      /* of the bytes */
	uint64_t ino;	      /* of the file */
	uint64_t offset;
};

#endif
