#include "cmd/mcp_tool.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX (64 * 1024)	/* an argument of a command line; longer texts go to its input */

static const char create_json[] =
#include "cmd/templates/mcp-create.json.inc"
	;
static const char check_json[] =
#include "cmd/templates/mcp-check.json.inc"
	;
static const char edit_json[] =
#include "cmd/templates/mcp-edit.json.inc"
	;
static const char list_json[] =
#include "cmd/templates/mcp-list.json.inc"
	;
static const char log_json[] =
#include "cmd/templates/mcp-log.json.inc"
	;
static const char prime_json[] =
#include "cmd/templates/mcp-prime.json.inc"
	;
static const char pull_json[] =
#include "cmd/templates/mcp-pull.json.inc"
	;
static const char push_json[] =
#include "cmd/templates/mcp-push.json.inc"
	;
static const char resolve_json[] =
#include "cmd/templates/mcp-resolve.json.inc"
	;
static const char search_json[] =
#include "cmd/templates/mcp-search.json.inc"
	;
static const char show_json[] =
#include "cmd/templates/mcp-show.json.inc"
	;
static const char state_json[] =
#include "cmd/templates/mcp-state.json.inc"
	;
static const char status_json[] =
#include "cmd/templates/mcp-status.json.inc"
	;
static const char undo_json[] =
#include "cmd/templates/mcp-undo.json.inc"
	;

const struct mcp_tool mcp_tools[] = {
	{.name = "prime", .definition = prime_json, .command = {"prime"}},
	{.name = "status", .definition = status_json, .command = {"status"},
	 .shape = mcp_shape_status},
	{.name = "list", .definition = list_json, .command = {"list"}, .shape = mcp_shape_list},
	{.name = "search", .definition = search_json, .command = {"search"}, .operands = {"query"},
	 .split = "query", .nothing = 1, .shape = mcp_shape_search},
	{.name = "show", .definition = show_json, .command = {"show"}, .operands = {"id"},
	 .shape = mcp_shape_show},
	{.name = "log", .definition = log_json, .command = {"log"}, .operands = {"id"},
	 .shape = mcp_shape_log},
	{.name = "create", .definition = create_json, .command = {"new-"}, .operands = {"title"},
	 .suffix = "kind", .keyed = true, .shape = mcp_shape_change},
	{.name = "edit", .definition = edit_json, .command = {"set"}, .operands = {"id"},
	 .input = "text", .shape = mcp_shape_change},
	{.name = "state", .definition = state_json, .command = {"state"},
	 .operands = {"id", "state"}, .shape = mcp_shape_change},
	{.name = "check", .definition = check_json, .command = {"check"},
	 .operands = {"id", "boxes"}, .shape = mcp_shape_check},
	{.name = "pull", .definition = pull_json, .command = {"sync", "pull"},
	 .shape = mcp_shape_sync},
	{.name = "push", .definition = push_json, .command = {"sync", "push"},
	 .operands = {"ids"}, .shape = mcp_shape_sync},
	{.name = "resolve", .definition = resolve_json, .command = {"sync", "resolve"},
	 .operands = {"id"}, .input = "text", .shape = mcp_shape_resolve},
	{.name = "undo", .definition = undo_json, .command = {"undo"}, .operands = {"operation"},
	 .shape = mcp_shape_undo},
	{.name = NULL},
};

const struct mcp_tool *mcp_tool_find(const char *name)
{
	for (const struct mcp_tool *tool = mcp_tools; tool->name; tool++)
		if (strcmp(tool->name, name) == 0)
			return tool;
	return NULL;
}

/* No string of JSON has a line end or a tab in it. */
void mcp_print_line(struct json *j, struct slice value)
{
	struct slice line;
	struct mem_stream s;
	scoped_free char *text = NULL;

	mem_stream_open(&s);
	while (slice_line(&value, &line)) {
		line = slice_trim(line);
		fwrite(line.at, 1, line.len, s.file);
	}
	text = mem_stream_close(&s, NULL);
	json_raw(j, text);
}

void mcp_tool_print(struct json *j, const struct mcp_tool *tool, bool structured)
{
	struct slice rest = json_members(slice_trim(slice_str(tool->definition))), key, value;

	json_object_begin(j);
	json_key_string(j, "name", tool->name);
	while (json_next_member(&rest, &key, &value)) {
		scoped_free char *name = mem_strndup(key.at, key.len);

		if (!structured && strcmp(name, "outputSchema") == 0)
			continue;
		json_key(j, name);
		mcp_print_line(j, value);
	}
	json_object_end(j);
}

/* --- arguments ------------------------------------------------------------------------------ */

struct slice mcp_argument(struct slice arguments, const char *name)
{
	struct slice value = json_member(arguments, name);

	return !value.at || slice_is(value, "null") ? (struct slice){0} : value;
}

static bool is_integer(struct slice value)
{
	size_t i = value.len && value.at[0] == '-';

	if (value.len == i || value.len > 9)
		return false;
	for (; i < value.len; i++)
		if (value.at[i] < '0' || value.at[i] > '9')
			return false;
	return true;
}

static long to_number(struct slice value)
{
	scoped_free char *text = mem_strndup(value.at, value.len);

	return strtol(text, NULL, 10);
}

/* "\u0000" would end a word of a command line before its end. */
static bool has_nul(struct slice text)
{
	for (size_t i = 0; i + 1 < text.len; i++) {
		if (text.at[i] != '\\')
			continue;
		i++;
		if (i + 5 <= text.len && memcmp(text.at + i, "u0000", 5) == 0)
			return true;
	}
	return false;
}

static err_t check_one_of(const char *name, struct slice value, struct slice words)
{
	struct slice rest = json_elements(words), word;

	while (json_next(&rest, &word))
		if (slice_eq(word, value))
			return NULL;
	return err_new(ERR_MISUSE, "'%s' is one of %.*s", name, (int)words.len, words.at);
}

static err_t check_string(const struct mcp_tool *tool, const char *name, struct slice value,
			  struct slice schema)
{
	struct slice words = json_member(schema, "enum");
	bool is_input = tool->input && strcmp(tool->input, name) == 0;

	if (*value.at != '"')
		return err_new(ERR_MISUSE, "'%s' is a string", name);
	if (has_nul(value))
		return err_new(ERR_MISUSE, "'%s' has a NUL character", name);
	if (!is_input && value.len > TEXT_MAX)
		return err_new(ERR_MISUSE, "'%s' is longer than 64 KiB", name);
	return words.at ? check_one_of(name, value, words) : NULL;
}

static err_t check_integer(const char *name, struct slice value, struct slice schema)
{
	struct slice low = json_member(schema, "minimum"), high = json_member(schema, "maximum");

	if (is_integer(value) && (!low.at || to_number(value) >= to_number(low)) &&
	    (!high.at || to_number(value) <= to_number(high)))
		return NULL;
	if (!low.at || !high.at)
		return err_new(ERR_MISUSE, "'%s' is a whole number", name);
	return err_new(ERR_MISUSE, "'%s' is a whole number from %.*s to %.*s", name, (int)low.len,
		       low.at, (int)high.len, high.at);
}

static err_t check_scalar(const struct mcp_tool *tool, const char *name, struct slice value,
			  struct slice schema)
{
	struct slice type = json_member(schema, "type");

	if (slice_is(type, "\"string\""))
		return check_string(tool, name, value, schema);
	if (slice_is(type, "\"integer\""))
		return check_integer(name, value, schema);
	BUG_ON(!slice_is(type, "\"boolean\""));
	if (!slice_is(value, "true") && !slice_is(value, "false"))
		return err_new(ERR_MISUSE, "'%s' is true or false", name);
	return NULL;
}

static err_t check_value(const struct mcp_tool *tool, const char *name, struct slice value,
			 struct slice schema)
{
	struct slice items = json_member(schema, "items"), most = json_member(schema, "maxItems");
	struct slice rest = json_elements(value), element;
	long n = 0;

	if (!items.at)
		return check_scalar(tool, name, value, schema);
	if (*value.at != '[')
		return err_new(ERR_MISUSE, "'%s' is a list", name);
	while (json_next(&rest, &element)) {
		if (++n > to_number(most))
			return err_new(ERR_MISUSE, "'%s' has more than %.*s elements", name,
				       (int)most.len, most.at);
		TRY(check_scalar(tool, name, element, items));
	}
	return NULL;
}

static err_t unknown(struct slice properties, const char *name)
{
	struct slice rest = json_members(properties), key, value;
	scoped_free char *names = NULL;
	struct mem_stream s;
	int n = 0;

	mem_stream_open(&s);
	while (json_next_member(&rest, &key, &value))
		fprintf(s.file, "%s%.*s", n++ ? ", " : "", (int)key.len, key.at);
	names = mem_stream_close(&s, NULL);
	return err_new(ERR_MISUSE, "there is no argument '%s'; there %s: %s", name,
		       n == 1 ? "is" : "are", n ? names : "none");
}

static err_t check_required(struct slice schema, struct slice arguments)
{
	struct slice rest = json_elements(json_member(schema, "required")), element;

	while (json_next(&rest, &element)) {
		scoped_free char *name = json_text(element);

		if (!mcp_argument(arguments, name).at)
			return err_new(ERR_MISUSE, "'%s' is missing", name);
	}
	return NULL;
}

err_t mcp_arguments_check(const struct mcp_tool *tool, struct slice arguments)
{
	struct slice definition = slice_trim(slice_str(tool->definition));
	struct slice schema = json_member(definition, "inputSchema");
	struct slice properties = json_member(schema, "properties");
	struct slice rest = json_members(arguments), key, value;

	while (json_next_member(&rest, &key, &value)) {
		scoped_free char *name = mem_strndup(key.at, key.len);
		struct slice property = json_member(properties, name);

		if (!property.at)
			return unknown(properties, name);
		if (!slice_is(value, "null"))
			TRY(check_value(tool, name, value, property));
	}
	return check_required(schema, arguments);
}
