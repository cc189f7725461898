/* The lines of a batch, read before anything is done. */
#ifndef CMD_BATCH_LINES_H
#define CMD_BATCH_LINES_H

#include "cmd/batch.h"

typedef err_t (*batch_run)(struct session *s, int argc, char **argv);

struct batch_line {
	int number;
	batch_run run;
	struct strs words;
	char made[UID_LEN + 1];	/* the artifact that it made, once it has; "" */
};
struct batch_lines {
	struct batch_line *at;
	size_t len, cap;
};
void batch_lines_release(struct batch_lines *b);

/* file NULL: standard input. ERR_MISUSE names the line that is none of a batch. Released by the
 * caller, also after an error. */
err_t batch_lines_read(struct batch_lines *out, const char *file) MUST_CHECK;
/* An error of a line. */
err_t batch_at_line(err_t err, int number) MUST_CHECK;
/* The value of "--scope" in a line, in both of its forms; NULL. */
const char *batch_option(const struct batch_line *line, const char *name);

#endif
