/* The tools of `git agent mcp`: mcp_tool.c lists them, mcp_call.c runs one, mcp_shape.c answers. */
#ifndef CMD_MCP_TOOL_H
#define CMD_MCP_TOOL_H

#include "cmd/mcp.h"
#include "util/json.h"
#include "util/json_read.h"
#include "util/strs.h"

/* Which part of a list or text is asked for. */
struct mcp_part {
	int64_t limit;		/* 0: the shape's own */
	char *cursor;		/* of the answer before; NULL */
};

/* Writes one object: what a model needs of the data that a command printed. ERR_MISUSE: the cursor
 * belongs to something else. */
typedef err_t (*mcp_shape)(struct json *j, struct slice data, const struct mcp_part *part);

struct mcp_tool {
	const char *name;
	/* {"title","description","inputSchema","outputSchema","annotations"}, laid out for people:
	 * templates/mcp-<name>.json. Without an outputSchema the answer is the command's text. */
	const char *definition;
	const char *command[3];	/* words of the command line */
	/* A property of the inputSchema is the option of the same name, '-' for '_', except: */
	const char *operands[3];/* those that are operands, in this order */
	const char *input;	/* that is given to --file on standard input */
	const char *suffix;	/* that ends the last word of the command */
	const char *split;	/* an operand that is several words */
	bool keyed;		/* has a "key"; without one, the same arguments are one request */
	int nothing;		/* an exit code that means an empty answer; 0: none */
	mcp_shape shape;	/* NULL: text */
};

/* Ends with a row whose name is NULL. */
extern const struct mcp_tool mcp_tools[];

/* NULL: there is none. */
const struct mcp_tool *mcp_tool_find(const char *name);
/* A value of JSON on one line, as a message has to be. */
void mcp_print_line(struct json *j, struct slice value);
/* One value of the array that tools/list answers with. */
void mcp_tool_print(struct json *j, const struct mcp_tool *tool, bool structured);

/* Checks arguments against the inputSchema. arguments at NULL: none. ERR_MISUSE names what is wrong
 * and what would be right. */
err_t mcp_arguments_check(const struct mcp_tool *tool, struct slice arguments) MUST_CHECK;
/* An argument; at NULL: not given, or null. */
struct slice mcp_argument(struct slice arguments, const char *name);

/* The CallToolResult; an error of the command is a result, too. */
void mcp_call(struct json *j, const struct mcp *m, const struct mcp_tool *tool,
	      struct slice arguments);

/* mcp_shape.c */
err_t mcp_shape_list(struct json *j, struct slice data, const struct mcp_part *part) MUST_CHECK;
err_t mcp_shape_search(struct json *j, struct slice data, const struct mcp_part *part) MUST_CHECK;
err_t mcp_shape_show(struct json *j, struct slice data, const struct mcp_part *part) MUST_CHECK;
err_t mcp_shape_change(struct json *j, struct slice data, const struct mcp_part *part) MUST_CHECK;
err_t mcp_shape_check(struct json *j, struct slice data, const struct mcp_part *part) MUST_CHECK;
err_t mcp_shape_log(struct json *j, struct slice data, const struct mcp_part *part) MUST_CHECK;
err_t mcp_shape_status(struct json *j, struct slice data, const struct mcp_part *part) MUST_CHECK;
err_t mcp_shape_resolve(struct json *j, struct slice data, const struct mcp_part *part) MUST_CHECK;
err_t mcp_shape_undo(struct json *j, struct slice data, const struct mcp_part *part) MUST_CHECK;
err_t mcp_shape_sync(struct json *j, struct slice data, const struct mcp_part *part) MUST_CHECK;

#endif
