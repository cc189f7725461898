/* `git agent logs`: reports of crashes and fatal errors. */
#include "cli/json.h"
#include "cli/options.h"
#include "cli/text.h"
#include "cmd/cmd.h"
#include "cmd/session.h"
#include "util/clock.h"
#include "util/crash.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct log {
	char *path, *text;
	int64_t mtime_ns;
};

struct logs {
	struct log at[CRASH_SLOTS];
	size_t len;
};

static void logs_release(struct logs *l)
{
	for (size_t i = 0; i < l->len; i++) {
		free(l->at[i].path);
		free(l->at[i].text);
	}
}

static int newest_first(const void *a, const void *b)
{
	const struct log *x = a, *y = b;

	return (x->mtime_ns < y->mtime_ns) - (x->mtime_ns > y->mtime_ns);
}

static err_t take(struct logs *l, const char *dir, int slot)
{
	scoped_free char *path = crash_path(dir, slot), *text = NULL;
	struct file_stat st;
	size_t len;
	err_t err = file_read(&text, &len, &st, path, 0);

	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	l->at[l->len++] = (struct log){steal(path), steal(text), st.mtime_ns};
	return NULL;
}

static err_t load(struct logs *l)
{
	scoped(session_close) struct session s = {0};
	scoped_free char *dir = NULL;

	TRY(session_open(&s, SESSION_REPO));
	dir = mem_strndup(s.repo->db_path, (size_t)(strrchr(s.repo->db_path, '/') -
						    s.repo->db_path));
	for (int i = 0; i < CRASH_SLOTS; i++)
		TRY(take(l, dir, i));
	qsort(l->at, l->len, sizeof(*l->at), newest_first);
	return NULL;
}

/* The rest of the line after a name; the first line has none. Caller frees. */
static char *line_of(const struct log *log, const char *name)
{
	const char *at = name[0] ? strstr(log->text, name) : log->text;

	at = at ? at + strlen(name) : "";
	return mem_strndup(at, strcspn(at, "\n"));
}

static void print_json(const struct logs *l)
{
	struct json j;

	json_begin(&j, stdout);
	json_array_begin(&j);
	for (size_t i = 0; i < l->len; i++) {
		scoped_free char *why = line_of(&l->at[i], "");
		scoped_free char *command = line_of(&l->at[i], "\ncommand: ");
		char at[21];

		clock_format(l->at[i].mtime_ns / 1000000000, at);
		json_object_begin(&j);
		json_key_string(&j, "at", at);
		json_key_string(&j, "why", why);
		json_key_string(&j, "command", command);
		json_key_string(&j, "path", l->at[i].path);
		json_key_string(&j, "text", l->at[i].text);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_end(&j);
}

static void print(const struct logs *l)
{
	for (size_t i = 0; i < l->len; i++) {
		scoped_free char *why = line_of(&l->at[i], "");
		scoped_free char *command = line_of(&l->at[i], "\ncommand: ");
		scoped_free char *line = mem_printf("%s: %s", command, why);
		char at[21];

		clock_format(l->at[i].mtime_ns / 1000000000, at);
		printf("%s  ", at);
		text_safe_fputs(line, stdout);
		putchar('\n');
	}
}

static err_t last(const struct logs *l)
{
	if (!l->len)
		return err_new(ERR_DIFFERS, "there is no report");
	text_safe_fputs(l->at[0].text, stdout);
	return NULL;
}

static err_t clear(const struct logs *l)
{
	for (size_t i = 0; i < l->len; i++)
		TRY(file_remove(l->at[i].path));
	printf("%zu report%s removed\n", l->len, l->len == 1 ? "" : "s");
	return NULL;
}

err_t cmd_logs(int argc, char **argv)
{
	scoped(logs_release) struct logs l = {.len = 0};
	bool json = false, help;
	const struct opt opts[] = {
		OPT_FLAG(0, "json", &json, "all of them as JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[--json]", "(last | clear)", NULL};
	const struct usage usage = {"logs", synopsis,
				    "Lists the reports of crashes and fatal errors in this clone, "
				    "shows the last one, or removes them.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc > 1 || (argc && json))
		return opts_misuse(&usage, "unexpected argument '%s'", argv[argc - 1]);
	if (argc && strcmp(argv[0], "last") != 0 && strcmp(argv[0], "clear") != 0)
		return opts_misuse(&usage, "'%s' is not a verb of logs", argv[0]);
	TRY(load(&l));
	if (argc)
		return argv[0][0] == 'l' ? last(&l) : clear(&l);
	if (json)
		print_json(&l);
	else
		print(&l);
	return NULL;
}
