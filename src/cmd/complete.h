/* What may stand at a place of a command line, for the completion of shells. */
#ifndef CMD_COMPLETE_H
#define CMD_COMPLETE_H

#include "util/err.h"
#include "util/strs.h"

/* words: what stands after `git agent`; the last one is being typed, and may be "". Nothing where
 * the shell should offer files. Reads the workspace as it is. */
err_t complete_words(struct strs *out, char *const *words, size_t nr) MUST_CHECK;

#endif
