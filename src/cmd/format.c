#include "cmd/format.h"
#include "cli/suggest.h"
#include "cli/text.h"
#include "cmd/output.h"
#include "util/clock.h"
#include "util/mem.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void format_release(struct format *f)
{
	for (size_t i = 0; i < f->len; i++)
		free(f->at[i].text);
	free(f->at);
	*f = (struct format){0};
}

/* --- fields --------------------------------------------------------------------------------- */

struct format_field {
	const char *name;
	char *(*value)(const struct session *s, const struct art *a); /* owned */
};

#define TEXT_FIELD(field, member)                                                  \
	static char *field(const struct session *s, const struct art *a)           \
	{                                                                          \
		return mem_strdup(a->member);                                      \
	}
TEXT_FIELD(value_id, label)
TEXT_FIELD(value_uid, uid)
TEXT_FIELD(value_kind, kind)
TEXT_FIELD(value_scope, scope)
TEXT_FIELD(value_title, title)
TEXT_FIELD(value_state, state)
TEXT_FIELD(value_path, path)
TEXT_FIELD(value_oid, oid.hex)
TEXT_FIELD(value_revision, head.hex)
TEXT_FIELD(value_approval, approval)
TEXT_FIELD(value_author, author)

static char *value_name(const struct session *s, const struct art *a)
{
	return session_long_name(s, a);
}

static char *value_flag(const struct session *s, const struct art *a)
{
	return mem_strdup(output_flag(a));
}

static char *value_updated(const struct session *s, const struct art *a)
{
	char when[21] = "";

	if (a->uid[0])
		clock_format(a->time, when);
	return mem_strdup(when);
}

static char *value_updated_short(const struct session *s, const struct art *a)
{
	char *when = value_updated(s, a);

	when[strcspn(when, "T")] = '\0';
	return when;
}

static char *value_updated_unix(const struct session *s, const struct art *a)
{
	return a->uid[0] ? mem_printf("%" PRId64, a->time) : mem_strdup("");
}

static const struct format_field fields[] = {
	{"id", value_id},
	{"name", value_name},
	{"uid", value_uid},
	{"kind", value_kind},
	{"scope", value_scope},
	{"title", value_title},
	{"state", value_state},
	{"path", value_path},
	{"flag", value_flag},
	{"author", value_author},
	{"updated", value_updated},
	{"updated:short", value_updated_short},
	{"updated:unix", value_updated_unix},
	{"approval", value_approval},
	{"revision", value_revision},
	{"oid", value_oid},
};
#define NR_FIELDS (sizeof(fields) / sizeof(*fields))

static err_t unknown(const char *name, const struct usage *usage)
{
	err_t err = opts_misuse(usage, "there is no field '%%(%s)'", name);
	struct suggest near;
	scoped_free char *names = NULL;
	struct mem_stream all;

	suggest_start(&near, name);
	mem_stream_open(&all);
	for (size_t i = 0; i < NR_FIELDS; i++) {
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

static err_t add_field(struct format *f, const char **at, const struct usage *usage)
{
	const char *name = *at + 2, *end = strchr(name, ')');
	scoped_free char *text = NULL;

	if (!end)
		return opts_misuse(usage, "'%s' has no ')'", *at);
	text = mem_strndup(name, (size_t)(end - name));
	for (size_t i = 0; i < NR_FIELDS; i++) {
		if (strcmp(fields[i].name, text) != 0)
			continue;
		add(f, NULL, 0, &fields[i]);
		*at = end + 1;
		return NULL;
	}
	return unknown(text, usage);
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

err_t format_parse(struct format *out, const char *text, const struct usage *usage)
{
	scoped(format_release) struct format f = {0};

	while (*text) {
		if (text[0] == '%' && text[1] == '(')
			TRY(add_field(&f, &text, usage));
		else
			add_text(&f, &text);
	}
	*out = f;
	f = (struct format){0};
	return NULL;
}

/* What stands in an artifact is made safe for a terminal; what the user wrote goes out as it is. */
void format_print(const struct format *f, const struct session *s, const struct art *art)
{
	for (size_t i = 0; i < f->len; i++) {
		const struct format_part *part = &f->at[i];
		scoped_free char *value = part->field ? part->field->value(s, art) : NULL;

		if (value)
			text_write(slice_str(value), stdout);
		else
			fwrite(part->text, 1, part->len, stdout);
	}
}
