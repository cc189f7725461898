/* A line of a batch, taken apart into the words of a command. Pure. */
#ifndef CMD_WORDS_H
#define CMD_WORDS_H

#include "util/err.h"
#include "util/slice.h"
#include "util/strs.h"

/*
 * As a shell does it: blanks part words; nothing is special within '...', and only \ within "...".
 * Or a JSON array of strings, whose texts may have line ends. A line that is empty or begins with #
 * has no words. ERR_MISUSE: a quote without an end, no such array, a NUL.
 */
err_t words_split(struct strs *out, struct slice line) MUST_CHECK;

#endif
