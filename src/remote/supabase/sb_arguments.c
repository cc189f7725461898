/* A document of remote.h as the named arguments of a call. */
#include "remote/supabase/sb_remote.h"

#include "util/strs.h"

#include <stdlib.h>
#include <string.h>

void sb_discard(struct mem_stream *m)
{
	if (m->file)
		free(mem_stream_close(m, NULL));
}

/* Of a key that comes twice PostgreSQL would keep the last. */
static err_t check_member(struct strs *seen, struct slice key)
{
	char *name = mem_strndup(key.at, key.len);
	bool again = strs_has(seen, name);

	strs_take(seen, name);
	if (again || strchr(name, '\\') || strcmp(name, "project") == 0)
		return err_new(ERR_REFUSED, "bad request: field '%s' is not to be there", name);
	return NULL;
}

static err_t check_value(struct slice key, struct slice value)
{
	struct sb_flaws flaws;

	sb_json_valid(value, &flaws);
	if (flaws.text || flaws.twice || flaws.number)
		return err_new(ERR_REFUSED, "bad request: field '%.*s' is malformed", (int)key.len,
			       key.at);
	return NULL;
}

static bool is_one_of(struct slice key, const char *const *names)
{
	for (; names && *names; names++)
		if (slice_is(key, *names))
			return true;
	return false;
}

static err_t write_members(FILE *out, struct slice request, const char *const *without)
{
	scoped(strs_release) struct strs seen = {0};
	struct slice key, value;

	while (sb_json_member(&key, &value, &request)) {
		TRY(check_member(&seen, key));
		if (is_one_of(key, without))
			continue;
		TRY(check_value(key, value));
		putc(',', out);
		fwrite(key.at - 1, 1, key.len + 2, out);
		putc(':', out);
		fwrite(value.at, 1, value.len, out);
	}
	return NULL;
}

err_t sb_arguments(char **out, struct sb *s, const char *request, const char *const *without)
{
	scoped(sb_discard) struct mem_stream text = {0};

	if (!sb_json_valid(slice_str(request), NULL) ||
	    request[strspn(request, " \t\r\n")] != '{')
		return err_new(ERR_REFUSED, "bad request: not a JSON object");
	mem_stream_open(&text);
	fprintf(text.file, "{\"project\":\"%s\"", s->project);
	TRY(write_members(text.file, slice_str(request), without));
	*out = mem_stream_close(&text, NULL);
	return NULL;
}
