/* A block of lines of ours in a file that belongs to somebody else. Pure. */
#ifndef CMD_BLOCK_H
#define CMD_BLOCK_H

#include "util/slice.h"

/*
 * The file's text with `body` (whole lines) between our two marker lines: put where the block is,
 * else at `at` bytes from the start (a line begins there, or the text ends). All other bytes stay;
 * the lines end as the file's first line does. NULL when it is there already; else the caller frees
 * it.
 */
char *block_put(struct slice text, size_t at, const char *body);

/* The text without the block, byte for byte as it was before block_put(); NULL when there is none.
 * The caller frees it. *was_missing: the file is there for the block alone. */
char *block_take(size_t *len, bool *was_missing, struct slice text);

bool block_has(struct slice text);

#endif
