#include "cmd/mcp_tool.h"
#include "util/hash.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

#define NOTES_MAX 4096	/* bytes of what a command said beside its answer */

/* --- the command line ----------------------------------------------------------------------- */

struct line {
	struct strs words;
	char *input;		/* NULL: none */
	struct mcp_part part;
};

static void line_release(struct line *l)
{
	strs_release(&l->words);
	free(l->input);
	free(l->part.cursor);
}

static bool is_operand(const struct mcp_tool *tool, const char *name)
{
	for (size_t i = 0; i < 3 && tool->operands[i]; i++)
		if (strcmp(tool->operands[i], name) == 0)
			return true;
	return false;
}

static bool is(const char *name, const char *other)
{
	return other && strcmp(name, other) == 0;
}

static char *plain_text(struct slice value)
{
	char *text = json_text(value);

	return text ? text : mem_strndup(value.at, value.len);
}

static void add_option(struct line *l, const char *name, struct slice value)
{
	scoped_free char *text = plain_text(value), *option = mem_strdup(name);

	for (char *p = option; *p; p++)
		*p = *p == '_' ? '-' : *p;
	if (slice_is(value, "true"))
		strs_take(&l->words, mem_printf("--%s", option));
	else if (!slice_is(value, "false"))
		strs_take(&l->words, mem_printf("--%s=%s", option, text));
}

static void add_argument(struct line *l, const struct mcp_tool *tool, const char *name,
			 struct slice value)
{
	if (is(name, "limit")) {
		scoped_free char *text = plain_text(value);

		l->part.limit = strtol(text, NULL, 10);
	} else if (is(name, "cursor")) {
		free(l->part.cursor);
		l->part.cursor = json_text(value);
	} else if (is(name, tool->input)) {
		strs_add(&l->words, "--file=-");
		free(l->input);
		l->input = json_text(value);
	} else if (!is(name, tool->suffix) && !is_operand(tool, name)) {
		add_option(l, name, value);
	}
}

static void add_words(struct line *l, struct slice value)
{
	scoped_free char *text = plain_text(value);

	for (char *save = NULL, *word = strtok_r(text, " \t\r\n", &save); word;
	     word = strtok_r(NULL, " \t\r\n", &save))
		strs_add(&l->words, word);
}

static void add_operand(struct line *l, const struct mcp_tool *tool, const char *name,
			struct slice value)
{
	struct slice rest = json_elements(value), element;

	if (is(name, tool->split))
		add_words(l, value);
	else if (value.at && *value.at != '[')
		strs_take(&l->words, plain_text(value));
	while (json_next(&rest, &element))
		strs_take(&l->words, plain_text(element));
}

static void add_command(struct line *l, const struct mcp_tool *tool, struct slice arguments)
{
	scoped_free char *suffix =
		tool->suffix ? json_text(mcp_argument(arguments, tool->suffix)) : NULL;

	strs_add(&l->words, "/proc/self/exe");
	for (size_t i = 0; i < 3 && tool->command[i]; i++) {
		bool last = i == 2 || !tool->command[i + 1];

		strs_take(&l->words, mem_printf("%s%s", tool->command[i],
						last && suffix ? suffix : ""));
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A client that lost an answer asks again, with the same arguments in whatever order. */
static void add_key(struct line *l, const struct mcp *m, struct slice arguments)
{
	struct slice rest = json_members(arguments), key, value;
	scoped(strs_release) struct strs all = {0};
	scoped_free char *text = NULL;
	struct mem_stream s;
	size_t len;

	if (!m->session[0] || mcp_argument(arguments, "key").at)
		return;
	while (json_next_member(&rest, &key, &value)) {
		scoped_free char *plain = plain_text(value);

		strs_take(&all, mem_printf("%.*s=%s", (int)key.len, key.at, plain));
	}
	if (all.len)
		qsort(all.at, all.len, sizeof(*all.at), by_text);
	mem_stream_open(&s);
	for (size_t i = 0; i < all.len; i++)
		fprintf(s.file, "%zu:%s", strlen(all.at[i]), all.at[i]);
	text = mem_stream_close(&s, &len);
	strs_take(&l->words, mem_printf("--key=mcp %s %.40s", m->session,
					hash_sha256(slice_of(text, len)).hex));
}

/* No value can be taken for an option: those are words of the form --<name>=<value>, and operands
 * stand behind "--". An argument that is given twice counts once: the first. */
static void make_line(struct line *l, const struct mcp *m, const struct mcp_tool *tool,
		      struct slice arguments)
{
	struct slice rest = json_members(arguments), key, value;

	add_command(l, tool, arguments);
	while (json_next_member(&rest, &key, &value)) {
		scoped_free char *name = mem_strndup(key.at, key.len);

		if (mcp_argument(arguments, name).at == value.at)
			add_argument(l, tool, name, value);
	}
	if (tool->keyed)
		add_key(l, m, arguments);
	if (tool->shape)
		strs_add(&l->words, "--json");
	strs_add(&l->words, "--");
	for (size_t i = 0; i < 3 && tool->operands[i]; i++)
		add_operand(l, tool, tool->operands[i],
			    mcp_argument(arguments, tool->operands[i]));
}

/* --- results -------------------------------------------------------------------------------- */

static void print_text(struct json *j, struct slice text)
{
	json_key(j, "content");
	json_array_begin(j);
	json_object_begin(j);
	json_key_string(j, "type", "text");
	json_key_slice(j, "text", text.len ? text : slice_str(""));
	json_object_end(j);
	json_array_end(j);
}

static void print_error(struct json *j, struct slice text)
{
	json_object_begin(j);
	print_text(j, text);
	json_key_bool(j, "isError", true);
	json_object_end(j);
}

/* As main() prints it. Takes over err. */
static void print_err(struct json *j, err_t err)
{
	scoped_free char *text = mem_printf("error: %s%s%s", err->text, err->hint ? "\nhint: " : "",
					    err->hint ? err->hint : "");

	print_error(j, slice_str(text));
	err_free(err);
}

/* Its own last words; where it has none, how it ended. */
static void print_failure(struct json *j, const struct mcp_tool *tool, const struct proc_result *r)
{
	struct slice said = slice_str(r->err);
	scoped_free char *text = NULL;

	while (said.len && said.at[said.len - 1] == '\n')
		said.len--;
	if (said.len) {
		print_error(j, said);
		return;
	}
	text = r->status > 128 && r->status != 129
		       ? mem_printf("fatal: %s was ended by signal %d", tool->name, r->status - 128)
		       : mem_printf("fatal: %s ended with exit code %d", tool->name, r->status);
	print_error(j, slice_str(text));
}

/* What a command said beside its answer (who else is editing, what was not pushed) is news for the
 * model, too. shaped is an object: the list goes in before its end. */
static char *add_notes(const char *shaped, const char *said)
{
	struct slice rest = slice_str(said), line;
	struct mem_stream s;
	struct json j;
	size_t put = 0;

	mem_stream_open(&s);
	fwrite(shaped, 1, strlen(shaped) - 1, s.file);
	fputs(strlen(shaped) > 2 ? ",\"notes\":" : "\"notes\":", s.file);
	json_init(&j, s.file);
	json_array_begin(&j);
	while (slice_line(&rest, &line) && put < NOTES_MAX) {
		line = slice_trim(line);
		if (line.len)
			json_slice(&j, line);
		put += line.len;
	}
	json_array_end(&j);
	putc('}', s.file);
	return mem_stream_close(&s, NULL);
}

static err_t shape(char **out, const struct mcp_tool *tool, const struct mcp_part *part,
		   const struct proc_result *r)
{
	struct slice printed, data = {0};
	scoped_free char *shaped = NULL;
	struct mem_stream s;
	struct json j;
	err_t err;

	if (json_read(&printed, slice_of(r->out, r->out_len)))
		data = json_member(printed, "data");
	if (!data.at)
		return err_new(ERR_FATAL, "%s printed no JSON", tool->name);
	mem_stream_open(&s);
	json_init(&j, s.file);
	err = tool->shape(&j, data, part);
	shaped = mem_stream_close(&s, NULL);
	TRY(err);
	*out = slice_trim(slice_str(r->err)).len ? add_notes(shaped, r->err) : steal(shaped);
	return NULL;
}

static void print_result(struct json *j, const struct mcp *m, const struct mcp_tool *tool,
			 const struct mcp_part *part, const struct proc_result *r)
{
	scoped_free char *shaped = NULL;
	err_t err;

	if (r->status && (r->status != tool->nothing || !r->out_len)) {
		print_failure(j, tool, r);
		return;
	}
	err = tool->shape ? shape(&shaped, tool, part, r) : NULL;
	if (err) {
		print_err(j, err);
		return;
	}
	json_object_begin(j);
	print_text(j, shaped ? slice_str(shaped) : slice_of(r->out, r->out_len));
	if (shaped && mcp_is_structured(m)) {
		json_key(j, "structuredContent");
		json_raw(j, shaped);
	}
	json_object_end(j);
}

/* --- running -------------------------------------------------------------------------------- */

/* Nobody sits at a terminal. */
static err_t run(struct proc_result *out, const struct mcp *m, const struct line *l)
{
	static const char *const env[] = {"GIT_TERMINAL_PROMPT=0", "GIT_AGENT_PROGRESS", NULL};
	const char **argv = mem_alloc((l->words.len + 1) * sizeof(*argv));
	err_t err;

	for (size_t i = 0; i < l->words.len; i++)
		argv[i] = l->words.at[i];
	err = m->run(out, &(struct proc){.argv = argv, .env = env, .quiet = true,
					 .input = slice_str(l->input)});
	free(argv);
	return err;
}

void mcp_call(struct json *j, const struct mcp *m, const struct mcp_tool *tool,
	      struct slice arguments)
{
	scoped(line_release) struct line l = {0};
	struct proc_result r = {0};
	err_t err = mcp_arguments_check(tool, arguments);

	if (!err) {
		make_line(&l, m, tool, arguments);
		err = run(&r, m, &l);
	}
	if (err)
		print_err(j, err);
	else
		print_result(j, m, tool, &l.part, &r);
	proc_result_release(&r);
}
