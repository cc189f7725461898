/* --format='%(id) %(title)', as git for-each-ref has it. */
#ifndef CMD_FORMAT_H
#define CMD_FORMAT_H

#include "cmd/session.h"

struct format_field;
struct format_part {
	char *text; /* as it is; NULL: the field */
	size_t len;
	const struct format_field *field;
};
struct format {
	struct format_part *at;
	size_t len, cap;
};
void format_release(struct format *f);

/* %% is a percent sign, %xx a byte, any other % itself. ERR_MISUSE for a field that is none, with
 * the nearest. */
err_t format_parse(struct format *out, const char *text, const struct usage *usage) MUST_CHECK;
/* On standard output, without an end. What an artifact does not have is empty. */
void format_print(const struct format *f, const struct session *s, const struct art *art);

#endif
