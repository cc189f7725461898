/* --format='%(id) %(title)', as git for-each-ref has it. */
#ifndef CMD_FORMAT_H
#define CMD_FORMAT_H

#include "cmd/session.h"

/* value gets what format_print() got. Owned. */
struct format_field {
	const char *name;
	char *(*value)(const struct session *s, const void *of);
};
/* Each ends with a name of NULL. */
extern const struct format_field format_of_art[]; /* of a struct art */
extern const struct format_field format_of_rev[]; /* of a struct format_rev */

struct format_rev { /* borrowed */
	const struct art *art;
	const struct revision *rev;
	const char *mark; /* "head", "aside", "theirs"; NULL: none */
};

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
err_t format_parse(struct format *out, const char *text, const struct format_field *fields,
		   const struct usage *usage) MUST_CHECK;
/* On standard output, without an end. What there is not is empty. */
void format_print(const struct format *f, const struct session *s, const void *of);

#endif
