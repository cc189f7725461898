#include "cmd/mcp.h"
#include "cmd/mcp_tool.h"
#include "util/mem.h"
#include "util/utf8.h"

#include <string.h>

/* The newest first; a client that asks for another one is offered this. */
static const char *const versions[] = {"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05",
				       NULL};

#define BATCH_MAX 64

enum rpc_code {
	RPC_PARSE = -32700,
	RPC_REQUEST = -32600,
	RPC_METHOD = -32601,
	RPC_PARAMS = -32602,
};

static const char instructions[] =
	"Plans, stories, runbooks and decisions of this repository, as artifacts with an id and a "
	"state. Call prime once to learn the kinds, states and rules. Find artifacts with list or "
	"search, read with show before changing, change one section with edit. Every edit is kept "
	"in history and written to the file below .agent/. pull takes what the team changed, push "
	"sends; when push says that the remote is newer, pull, then push again. An error says what "
	"to do next.";

/* --- lines ---------------------------------------------------------------------------------- */

bool mcp_is_structured(const struct mcp *m)
{
	return !m->version || strcmp(m->version, "2025-06-18") >= 0;
}

static void raw(struct json *j, struct slice value)
{
	scoped_free char *text = mem_strndup(value.at, value.len);

	json_raw(j, text);
}

/* id at NULL: the message has none that could be read. */
static void begin(struct json *j, FILE *out, struct slice id)
{
	json_init(j, out);
	json_object_begin(j);
	json_key_string(j, "jsonrpc", "2.0");
	json_key(j, "id");
	if (id.at)
		raw(j, id);
	else
		json_null(j);
}

static void fail(FILE *out, struct slice id, enum rpc_code code, const char *text)
{
	struct json j;

	begin(&j, out, id);
	json_key(&j, "error");
	json_object_begin(&j);
	json_key_int(&j, "code", code);
	json_key_string(&j, "message", text);
	json_object_end(&j);
	json_object_end(&j);
}

/* --- methods -------------------------------------------------------------------------------- */

static const char *agree(const char *asked)
{
	for (const char *const *v = versions; *v; v++)
		if (strcmp(*v, asked) == 0)
			return *v;
	return versions[0];
}

static void initialize(struct mcp *m, struct slice id, struct slice params, FILE *out)
{
	scoped_free char *asked = json_text(json_member(params, "protocolVersion"));
	struct json j;

	if (!asked) {
		fail(out, id, RPC_PARAMS, "initialize needs a protocolVersion");
		return;
	}
	m->version = agree(asked);
	begin(&j, out, id);
	json_key(&j, "result");
	json_object_begin(&j);
	json_key_string(&j, "protocolVersion", m->version);
	json_key(&j, "capabilities");
	json_raw(&j, "{\"tools\":{}}");
	json_key(&j, "serverInfo");
	json_object_begin(&j);
	json_key_string(&j, "name", "git-agent");
	json_key_string(&j, "version", GIT_AGENT_VERSION);
	json_object_end(&j);
	json_key_string(&j, "instructions", instructions);
	json_object_end(&j);
	json_object_end(&j);
}

static void ping(struct mcp *m, struct slice id, struct slice params, FILE *out)
{
	struct json j;

	begin(&j, out, id);
	json_key(&j, "result");
	json_raw(&j, "{}");
	json_object_end(&j);
}

/* All on one page: no cursor is ever given out. */
static void list_tools(struct mcp *m, struct slice id, struct slice params, FILE *out)
{
	struct json j;

	if (json_member(params, "cursor").at) {
		fail(out, id, RPC_PARAMS, "tools/list gave out no cursor");
		return;
	}
	begin(&j, out, id);
	json_key(&j, "result");
	json_object_begin(&j);
	json_key(&j, "tools");
	json_array_begin(&j);
	for (const struct mcp_tool *tool = mcp_tools; tool->name; tool++)
		mcp_tool_print(&j, tool, mcp_is_structured(m));
	json_array_end(&j);
	json_object_end(&j);
	json_object_end(&j);
}

static void call_tool(struct mcp *m, struct slice id, struct slice params, FILE *out)
{
	scoped_free char *name = json_text(json_member(params, "name")), *text = NULL;
	struct slice arguments = json_member(params, "arguments");
	const struct mcp_tool *tool = name ? mcp_tool_find(name) : NULL;
	struct json j;

	if (!tool) {
		text = name ? mem_printf("unknown tool: %s", name)
			    : mem_strdup("tools/call needs the name of a tool");
		fail(out, id, RPC_PARAMS, text);
		return;
	}
	if (arguments.at && *arguments.at != '{') {
		fail(out, id, RPC_PARAMS, "the arguments of a tool are an object");
		return;
	}
	begin(&j, out, id);
	json_key(&j, "result");
	mcp_call(&j, m, tool, arguments);
	json_object_end(&j);
}

static const struct method {
	const char *name;
	void (*run)(struct mcp *m, struct slice id, struct slice params, FILE *out);
} methods[] = {
	{"initialize", initialize},
	{"ping", ping},
	{"tools/list", list_tools},
	{"tools/call", call_tool},
};

/* --- messages ------------------------------------------------------------------------------- */

/* A string or a number; at NULL for anything else. */
static struct slice valid_id(struct slice id)
{
	bool ok = id.at && (*id.at == '"' || *id.at == '-' || (*id.at >= '0' && *id.at <= '9'));

	return ok ? id : (struct slice){0};
}

static bool is_answer(struct slice message)
{
	return json_member(message, "result").at || json_member(message, "error").at;
}

static void dispatch(struct mcp *m, struct slice id, const char *method, struct slice params,
		     FILE *out)
{
	scoped_free char *text = NULL;

	if (params.at && *params.at != '{') {
		fail(out, id, RPC_PARAMS, "params is not an object");
		return;
	}
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (strcmp(methods[i].name, method) == 0) {
			methods[i].run(m, id, params, out);
			return;
		}
	text = mem_printf("unknown method: %s", method);
	fail(out, id, RPC_METHOD, text);
}

/* Nothing is written for a notification, whatever it says: nobody waits for an answer. */
static void one(struct mcp *m, struct slice message, FILE *out)
{
	struct slice id = json_member(message, "id"), version = json_member(message, "jsonrpc");
	scoped_free char *method = json_text(json_member(message, "method"));

	if (!slice_is(version, "\"2.0\""))
		fail(out, valid_id(id), RPC_REQUEST, "not a message of JSON-RPC 2.0");
	else if (!method && is_answer(message))
		return;
	else if (!method)
		fail(out, valid_id(id), RPC_REQUEST, "a message needs a method");
	else if (id.at && !valid_id(id).at)
		fail(out, (struct slice){0}, RPC_REQUEST, "an id is a string or a number");
	else if (id.at)
		dispatch(m, id, method, json_member(message, "params"), out);
}

static size_t count(struct slice array)
{
	struct slice rest = json_elements(array), element;
	size_t n = 0;

	while (json_next(&rest, &element))
		n++;
	return n;
}

/* Only 2025-03-26 has batches. */
static void batch(struct mcp *m, struct slice array, FILE *out)
{
	struct slice rest = json_elements(array), element;
	scoped_free char *answer = NULL;
	size_t n = count(array), written = 0;

	if (!m->version || strcmp(m->version, "2025-03-26") != 0) {
		fail(out, (struct slice){0}, RPC_REQUEST, "this version has no batches");
		return;
	}
	if (!n || n > BATCH_MAX) {
		fail(out, (struct slice){0}, RPC_REQUEST,
		     n ? "more than 64 messages in a batch" : "an empty batch");
		return;
	}
	while (json_next(&rest, &element)) {
		struct mem_stream s;

		mem_stream_open(&s);
		one(m, element, s.file);
		mem_free_ptr(&answer);
		answer = mem_stream_close(&s, NULL);
		if (answer[0])
			fprintf(out, "%s%s", written++ ? "," : "[", answer);
	}
	if (written)
		putc(']', out);
}

static void answer(struct mcp *m, struct slice message, FILE *out)
{
	const struct slice none = {0};
	struct slice value;

	if (!utf8_valid(message))
		fail(out, none, RPC_PARSE, "the line is not UTF-8");
	else if (!json_read(&value, message))
		fail(out, none, RPC_PARSE, "the line is not JSON, or nested too deep");
	else if (*value.at == '[')
		batch(m, value, out);
	else if (*value.at == '{')
		one(m, value, out);
	else
		fail(out, none, RPC_REQUEST, "a message is an object");
}

void mcp_answer(struct mcp *m, struct slice message, FILE *out)
{
	scoped_free char *line = NULL;
	struct mem_stream s;
	size_t len;

	if (!slice_trim(message).len)
		return;
	mem_stream_open(&s);
	answer(m, message, s.file);
	line = mem_stream_close(&s, &len);
	if (!len)
		return;
	fwrite(line, 1, len, out);
	putc('\n', out);
}

void mcp_answer_too_long(FILE *out)
{
	fail(out, (struct slice){0}, RPC_PARSE, "the line is longer than 8 MiB");
	putc('\n', out);
}
