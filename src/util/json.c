#include "util/json.h"

#include "util/err.h"
#include "util/utf8.h"

#include <inttypes.h>

void json_init(struct json *j, FILE *out)
{
	*j = (struct json){.out = out};
}

/* Every key and value passes here, except a value after its key (json_key clears comma). */
static void begin_value(struct json *j)
{
	if (j->comma)
		fputc(',', j->out);
	j->comma = true;
}

static void open_container(struct json *j, int bracket)
{
	begin_value(j);
	fputc(bracket, j->out);
	j->comma = false;
	j->depth++;
}

static void close_container(struct json *j, int bracket)
{
	BUG_ON(j->depth == 0);
	j->depth--;
	fputc(bracket, j->out);
	j->comma = true;
}

void json_object_begin(struct json *j)
{
	open_container(j, '{');
}

void json_object_end(struct json *j)
{
	close_container(j, '}');
}

void json_array_begin(struct json *j)
{
	open_container(j, '[');
}

void json_array_end(struct json *j)
{
	close_container(j, ']');
}

/* DEL and C1 need no escape by the standard, but a terminal obeys them. */
static bool must_escape(uint32_t cp)
{
	return cp < 0x20 || cp == '"' || cp == '\\' || (cp >= 0x7F && cp < 0xA0);
}

static void write_escape(FILE *out, uint32_t cp)
{
	switch (cp) {
	case '"':
		fputs("\\\"", out);
		break;
	case '\\':
		fputs("\\\\", out);
		break;
	case '\n':
		fputs("\\n", out);
		break;
	case '\r':
		fputs("\\r", out);
		break;
	case '\t':
		fputs("\\t", out);
		break;
	default:
		fprintf(out, "\\u%04" PRIx32, cp);
	}
}

/* Passes by what nearly all of a text is made of: it stands for itself. */
static bool next_odd(struct slice *text, uint32_t *cp, struct slice *taken)
{
	size_t n = 0;

	while (n < text->len && text->at[n] >= 0x20 && text->at[n] < 0x7F && text->at[n] != '"' &&
	       text->at[n] != '\\')
		n++;
	*text = slice_of(text->at + n, text->len - n);
	return utf8_next(text, cp, taken);
}

static void write_quoted(FILE *out, struct slice text)
{
	struct slice taken;
	const char *done = text.at;
	uint32_t cp;

	fputc('"', out);
	while (next_odd(&text, &cp, &taken)) {
		if (cp != UTF8_REPLACEMENT && !must_escape(cp))
			continue;
		fwrite(done, 1, (size_t)(taken.at - done), out);
		if (cp == UTF8_REPLACEMENT)
			fputs("\xEF\xBF\xBD", out);
		else
			write_escape(out, cp);
		done = text.at;
	}
	if (text.at != done)
		fwrite(done, 1, (size_t)(text.at - done), out);
	fputc('"', out);
}

void json_key(struct json *j, const char *name)
{
	begin_value(j);
	write_quoted(j->out, slice_str(name));
	fputc(':', j->out);
	j->comma = false;
}

void json_slice(struct json *j, struct slice text)
{
	if (!text.at) {
		json_null(j);
		return;
	}
	begin_value(j);
	write_quoted(j->out, text);
}

void json_string(struct json *j, const char *text)
{
	json_slice(j, slice_str(text));
}

void json_int(struct json *j, int64_t value)
{
	begin_value(j);
	fprintf(j->out, "%" PRId64, value);
}

void json_raw(struct json *j, const char *json_text)
{
	begin_value(j);
	fputs(json_text, j->out);
}

void json_bool(struct json *j, bool value)
{
	json_raw(j, value ? "true" : "false");
}

void json_null(struct json *j)
{
	json_raw(j, "null");
}

void json_key_string(struct json *j, const char *name, const char *text)
{
	json_key(j, name);
	json_string(j, text);
}

void json_key_slice(struct json *j, const char *name, struct slice text)
{
	json_key(j, name);
	json_slice(j, text);
}

void json_key_int(struct json *j, const char *name, int64_t value)
{
	json_key(j, name);
	json_int(j, value);
}

void json_key_bool(struct json *j, const char *name, bool value)
{
	json_key(j, name);
	json_bool(j, value);
}
