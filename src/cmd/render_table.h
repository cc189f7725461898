/* Tables, which CommonMark takes for paragraphs. */
#ifndef CMD_RENDER_TABLE_H
#define CMD_RENDER_TABLE_H

#include "util/slice.h"

#include <stdbool.h>

/* "| a | b |", "|---|---|", ... */
bool render_is_table(struct slice text);
/* The same lines with the columns aligned; as they are where that is wider than width. Escapes are
 * left in. Caller frees. */
char *render_table(struct slice text, size_t width);

#endif
