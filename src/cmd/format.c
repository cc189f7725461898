#include "cmd/format.h"
#include "cli/suggest.h"
#include "cli/text.h"
#include "util/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void format_release(struct format *f)
{
	for (size_t i = 0; i < f->len; i++)
		free(f->at[i].text);
	free(f->at);
	*f = (struct format){0};
}

static err_t unknown(const char *name, const struct format_field *fields,
		     const struct usage *usage)
{
	err_t err = opts_misuse(usage, "there is no field '%%(%s)'", name);
	struct suggest near;
	scoped_free char *names = NULL;
	struct mem_stream all;

	suggest_start(&near, name);
	mem_stream_open(&all);
	for (size_t i = 0; fields[i].name; i++) {
		suggest_offer(&near, fields[i].name);
		fprintf(all.file, "%s%s", i ? ", " : "", fields[i].name);
	}
	names = mem_stream_close(&all, NULL);
	if (near.best)
		return err_hint(err, "did you mean '%%(%s)'?", near.best);
	return err_hint(err, "the fields are %s", names);
}

/* --- parsing -------------------------------------------------------------------------------- */

static void add(struct format *f, char *text, size_t len, const struct format_field *field)
{
	MEM_GROW(f->at, f->len, f->cap);
	f->at[f->len++] = (struct format_part){text, len, field};
}

static err_t add_field(struct format *f, const char **at, const struct format_field *fields,
		       const struct usage *usage)
{
	const char *name = *at + 2, *end = strchr(name, ')');
	scoped_free char *text = NULL;

	if (!end)
		return opts_misuse(usage, "'%s' has no ')'", *at);
	text = mem_strndup(name, (size_t)(end - name));
	for (size_t i = 0; fields[i].name; i++) {
		if (strcmp(fields[i].name, text) != 0)
			continue;
		add(f, NULL, 0, &fields[i]);
		*at = end + 1;
		return NULL;
	}
	return unknown(text, fields, usage);
}

static int hex(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* The text up to the next '%', or what a '%' that begins no field stands for. */
static void add_text(struct format *f, const char **at)
{
	const char *p = *at;
	size_t len = strcspn(p, "%");

	if (len) {
		add(f, mem_strndup(p, len), len, NULL);
		*at += len;
	} else if (isxdigit((unsigned char)p[1]) && isxdigit((unsigned char)p[2])) {
		char byte = (char)(hex(p[1]) * 16 + hex(p[2]));

		add(f, mem_strndup(&byte, 1), 1, NULL);
		*at += 3;
	} else {
		add(f, mem_strdup("%"), 1, NULL);
		*at += p[1] == '%' ? 2 : 1;
	}
}

err_t format_parse(struct format *out, const char *text, const struct format_field *fields,
		   const struct usage *usage)
{
	scoped(format_release) struct format f = {0};

	while (*text) {
		if (text[0] == '%' && text[1] == '(')
			TRY(add_field(&f, &text, fields, usage));
		else
			add_text(&f, &text);
	}
	*out = f;
	f = (struct format){0};
	return NULL;
}

/* What stands in an artifact is made safe for a terminal; what the user wrote goes out as it is. */
void format_print(const struct format *f, const struct session *s, const void *of)
{
	for (size_t i = 0; i < f->len; i++) {
		const struct format_part *part = &f->at[i];
		scoped_free char *value = part->field ? part->field->value(s, of) : NULL;

		if (value)
			text_write(slice_str(value), stdout);
		else
			fwrite(part->text, 1, part->len, stdout);
	}
}
