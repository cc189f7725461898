/*
 * Text on a terminal. What comes from artifacts or from a remote is data: it must not move the
 * cursor, set a title or reorder what the reader sees.
 */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include "util/slice.h"

#include <stdint.h>
#include <stdio.h>

/*
 * Prints text with every control character but newline and tab made visible: ESC as ^[, DEL as
 * ^?, C1 and bidirectional overrides as <U+009B>, bytes that are not UTF-8 as U+FFFD. A carriage
 * return passes where it ends a line.
 */
void text_safe_fputs(const char *text, FILE *out);
void text_safe_write(struct slice text, FILE *out);

/* The bytes themselves when out is a file or a pipe; text_safe_write on a terminal or pager. */
void text_write(struct slice text, FILE *out);

/* True when a person reads what is written to out: a terminal, or our pager. */
bool text_on_terminal(FILE *out);

/* Columns a terminal needs for text, as text_safe_write prints it (one line). */
size_t text_width(struct slice text);

#endif
