/*
 * The Model Context Protocol: JSON-RPC 2.0, one message a line. A tool runs the command of the same
 * name in a process of its own, with --json, and answers with the part of it that a model needs.
 */
#ifndef CMD_MCP_H
#define CMD_MCP_H

#include "util/err.h"
#include "util/proc.h"
#include "util/slice.h"

#include <stdio.h>

#define MCP_LINE_MAX (8 * 1024 * 1024)	/* a text of 1 MiB, each byte of it escaped */

struct mcp {
	const char *version;	/* agreed on by `initialize`; NULL: not yet */
	char session[37];	/* told from others by this; "": nothing is */
	/* runs a command; proc_run but in tests */
	err_t (*run)(struct proc_result *out, const struct proc *p);
};

/* Writes the line that answers a message; nothing for a notification or an answer. */
void mcp_answer(struct mcp *m, struct slice message, FILE *out);
/* The same for a line that was longer than MCP_LINE_MAX. */
void mcp_answer_too_long(FILE *out);

/* Whether results have structuredContent: from 2025-06-18 on. */
bool mcp_is_structured(const struct mcp *m);

#endif
