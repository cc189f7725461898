/*
 * Options: one table per command says what getopt_long accepts and what -h prints.
 *
 *	bool dry_run = false, help;
 *	const char *scope = NULL;
 *	const struct opt opts[] = {
 *		OPT_FLAG('n', "dry-run", &dry_run, "show what would be sent"),
 *		OPT_STRING(0, "scope", &scope, "scope", "first part of the id"),
 *		OPT_END,
 *	};
 *	static const char *const synopsis[] = {"[<options>] [<id>...]", NULL};
 *	const struct usage usage = {"sync push", synopsis, "Upload what is new here", opts};
 *
 *	TRY(opts_parse(&argc, &argv, &usage, &help));
 *	if (help)
 *		return NULL;
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "util/err.h"
#include "util/strs.h"

#include <stdio.h>

enum opt_type {
	OPT_TYPE_END,
	OPT_TYPE_FLAG,		/* bool; --no-<name> makes it false (--<x> for a flag "no-<x>") */
	OPT_TYPE_STRING,	/* const char *, pointing into argv; the last one wins */
	OPT_TYPE_OPTIONAL,	/* the same as --<name>[=<arg>]: `otherwise` where no value
				   is given, "false" after --no-<name> */
	OPT_TYPE_INT,		/* int */
	OPT_TYPE_LIST,		/* struct strs, a copy of each value */
};

struct opt {
	char short_name;	/* 0: none */
	const char *long_name;	/* without "--"; never NULL */
	enum opt_type type;
	void *to;		/* untouched unless the option is given */
	const char *arg;	/* what stands in <> in the usage; NULL for a flag */
	const char *help;	/* may have several lines */
	const char *otherwise;
};

/* The comparison with a null pointer of the right type is the type check. */
#define OPT_TO(type, to) (1 ? (to) : (type *)0)
#define OPT_FLAG(s, l, to, help) {s, l, OPT_TYPE_FLAG, OPT_TO(bool, to), NULL, help, NULL}
#define OPT_STRING(s, l, to, arg, help) \
	{s, l, OPT_TYPE_STRING, OPT_TO(const char *, to), arg, help, NULL}
#define OPT_OPTIONAL(l, to, arg, help, otherwise) \
	{0, l, OPT_TYPE_OPTIONAL, OPT_TO(const char *, to), arg, help, otherwise}
#define OPT_INT(s, l, to, arg, help) {s, l, OPT_TYPE_INT, OPT_TO(int, to), arg, help, NULL}
#define OPT_LIST(s, l, to, arg, help) \
	{s, l, OPT_TYPE_LIST, OPT_TO(struct strs, to), arg, help, NULL}
#define OPT_COLOR(to) OPT_OPTIONAL("color", to, "when", "always, never or auto", "always")
#define OPT_END {0, NULL, OPT_TYPE_END, NULL, NULL, NULL, NULL}

struct usage {
	const char *name;		/* "show", "sync push" */
	const char *const *synopsis;	/* what follows the name, one line each; NULL-terminated */
	const char *summary;		/* one sentence, or NULL */
	const struct opt *opts;		/* ends with OPT_END; NULL: no options but -h */
};

/*
 * Takes the options out of (*argv)[1..]; afterwards *argv holds the operands only, without the
 * name of the command, and ends with NULL. Options and operands may be mixed; "--" and
 * "--end-of-options" end the options. Long names may be shortened while they are unique.
 * -h and --help: prints the usage on stdout, sets *help_shown and returns NULL.
 * Otherwise ERR_MISUSE, with the nearest option as its hint.
 */
err_t opts_parse(int *argc, char ***argv, const struct usage *usage, bool *help_shown) MUST_CHECK;

/* ERR_MISUSE: it is none of the verbs that begin the lines of the synopsis. Names the nearest. */
err_t opts_no_verb(const struct usage *usage, const char *word) MUST_CHECK;
/* ERR_MISUSE "<text>", with the hint to read `git agent <name> -h`. */
err_t opts_misuse(const struct usage *usage, const char *fmt, ...) PRINTF(2, 3) MUST_CHECK;

/* "usage: git agent show [<options>] <id>..." and so on, as git prints it. */
void opts_usage(const struct usage *usage, FILE *out);

#endif
