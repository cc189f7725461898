/* A block of lines of ours in a file that belongs to somebody else. Pure. */
#ifndef CMD_BLOCK_H
#define CMD_BLOCK_H

#include "util/slice.h"

/*
 * The file's text with `body` (whole lines) between our two marker lines: put where the block is,
 * else at the end. All other bytes stay. NULL when it is there already; else the caller frees it.
 */
char *block_put(struct slice text, const char *body);

#endif
