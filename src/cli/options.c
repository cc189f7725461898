#include "cli/options.h"
#include "cli/suggest.h"
#include "util/mem.h"
#include "util/strs.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/*
 * What getopt_long returns: the number of the row plus one of these, so that no row can be
 * taken for a short option or for getopt's own '?', ':' and 1 (an operand).
 */
enum {
	CODE_ROW = 1 << 8,
	CODE_NEGATED = 1 << 16,
	CODE_HELP = 1 << 24,
	CODE_END,
};

struct parser {
	const struct usage *usage;
	struct option *longs;
	size_t len, cap;
	struct strs names;	/* owns the "no-<flag>" names in longs */
	char shorts[160];
};

static void parser_release(struct parser *p)
{
	free(p->longs);
	strs_release(&p->names);
}

static bool is_end(const struct opt *o)
{
	return !o || o->type == OPT_TYPE_END;
}

static void add_long(struct parser *p, const char *name, int has_arg, int code)
{
	MEM_GROW(p->longs, p->len, p->cap);
	p->longs[p->len++] = (struct option){name, has_arg, NULL, code};
}

static void add_row(struct parser *p, const struct opt *o, int row)
{
	bool flag = o->type == OPT_TYPE_FLAG;
	size_t used = strlen(p->shorts);

	add_long(p, o->long_name,
		 flag				? no_argument
		 : o->type == OPT_TYPE_OPTIONAL ? optional_argument
						: required_argument,
		 CODE_ROW + row);
	if (o->short_name) {
		BUG_ON(used + 3 > sizeof(p->shorts));
		snprintf(p->shorts + used, sizeof(p->shorts) - used, "%c%s", o->short_name,
			 flag ? "" : ":");
	}
	if (!flag && o->type != OPT_TYPE_OPTIONAL)
		return;
	if (strncmp(o->long_name, "no-", 3) == 0) {
		add_long(p, o->long_name + 3, no_argument, CODE_NEGATED + row);
	} else {
		strs_take(&p->names, mem_printf("no-%s", o->long_name));
		add_long(p, p->names.at[p->names.len - 1], no_argument, CODE_NEGATED + row);
	}
}

static bool has_short(const struct usage *usage, char name)
{
	for (const struct opt *o = usage->opts; !is_end(o); o++)
		if (o->short_name == name)
			return true;
	return false;
}

/*
 * The leading '-' makes getopt return operands in order, which permutes whatever
 * POSIXLY_CORRECT says; ':' makes it tell a missing value from an unknown option.
 */
static void parser_init(struct parser *p, const struct usage *usage)
{
	int row = 0;

	*p = (struct parser){.usage = usage};
	strcpy(p->shorts, has_short(usage, 'h') ? "-:" : "-:h");
	for (const struct opt *o = usage->opts; !is_end(o); o++)
		add_row(p, o, row++);
	add_long(p, "help", no_argument, CODE_HELP);
	add_long(p, "end-of-options", no_argument, CODE_END);
	MEM_GROW(p->longs, p->len, p->cap);
	p->longs[p->len] = (struct option){0};
}

err_t opts_misuse(const struct usage *usage, const char *fmt, ...)
{
	va_list args;
	char *text;
	err_t err;

	va_start(args, fmt);
	text = mem_vprintf(fmt, args);
	va_end(args);
	err = err_new(ERR_MISUSE, "%s", text);
	free(text);
	return err_hint(err, "'git agent %s -h' lists the options", usage->name);
}

err_t opts_no_verb(const struct usage *usage, const char *word)
{
	scoped(strs_release) struct strs verbs = {0};
	struct suggest s;

	suggest_start(&s, word);
	for (const char *const *line = usage->synopsis; *line; line++)
		if ((*line)[0] >= 'a' && (*line)[0] <= 'z')
			strs_take(&verbs, mem_strndup(*line, strcspn(*line, " ")));
	for (size_t i = 0; i < verbs.len; i++)
		suggest_offer(&s, verbs.at[i]);
	if (!s.best)
		return opts_misuse(usage, "'%s' is not a verb of %s", word, usage->name);
	return err_hint(err_new(ERR_MISUSE, "'%s' is not a verb of %s", word, usage->name),
			"did you mean 'git agent %s %s'?", usage->name, s.best);
}

static err_t unknown_long(const struct parser *p, const char *typed)
{
	scoped_free char *name = mem_strndup(typed, strcspn(typed, "="));
	struct suggest s;

	suggest_start(&s, name);
	for (size_t i = 0; i < p->len; i++)
		if (p->longs[i].val < CODE_NEGATED || strncmp(name, "no-", 3) == 0)
			suggest_offer(&s, p->longs[i].name);
	if (!s.best)
		return opts_misuse(p->usage, "unknown option '--%s'", name);
	return err_hint(err_new(ERR_MISUSE, "unknown option '--%s'", name), "did you mean '--%s'?",
			s.best);
}

/* getopt says '?' for an unknown name, for an ambiguous one, and for "--flag=value". */
static err_t explain_long(const struct parser *p, const char *typed)
{
	size_t len = strcspn(typed, "=");
	const char *first = NULL, *second = NULL;

	for (size_t i = 0; i < p->len; i++) {
		const char *name = p->longs[i].name;

		if (strncmp(name, typed, len) != 0)
			continue;
		if (name[len] == '\0')
			return opts_misuse(p->usage, "option '--%s' takes no value", name);
		second = first ? name : NULL;
		first = first ? first : name;
		if (second)
			return opts_misuse(p->usage, "ambiguous option '--%.*s': '--%s' or '--%s'",
					   (int)len, typed, first, second);
	}
	if (first)
		return opts_misuse(p->usage, "option '--%s' takes no value", first);
	return unknown_long(p, typed);
}

static err_t explain(const struct parser *p, int code, const char *typed)
{
	if (strncmp(typed, "--", 2) == 0) {
		if (code != ':')
			return explain_long(p, typed + 2);
		return opts_misuse(p->usage, "option '%s' requires a value", typed);
	}
	if (code == ':')
		return opts_misuse(p->usage, "option '-%c' requires a value", optopt);
	return opts_misuse(p->usage, "unknown option '-%c'", optopt);
}

static err_t parse_int(int *out, const struct opt *o, const char *text)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (end == text || *end || errno || value < INT_MIN || value > INT_MAX)
		return err_new(ERR_MISUSE, "option '--%s' expects a number, not '%s'", o->long_name,
			       text);
	*out = (int)value;
	return NULL;
}

static err_t store(const struct opt *o, const char *value)
{
	switch (o->type) {
	case OPT_TYPE_FLAG:
		*(bool *)o->to = true;
		break;
	case OPT_TYPE_STRING:
		*(const char **)o->to = value;
		break;
	case OPT_TYPE_OPTIONAL:
		*(const char **)o->to = value ? value : o->otherwise;
		break;
	case OPT_TYPE_LIST:
		strs_add(o->to, value);
		break;
	case OPT_TYPE_INT:
		return parse_int(o->to, o, value);
	case OPT_TYPE_END:
		break;
	}
	return NULL;
}

static void negate(const struct opt *o)
{
	if (o->type == OPT_TYPE_OPTIONAL)
		*(const char **)o->to = "false";
	else
		*(bool *)o->to = false;
}

static err_t store_short(const struct usage *usage, int name, const char *value)
{
	for (const struct opt *o = usage->opts; !is_end(o); o++)
		if (o->short_name == name)
			return store(o, value);
	BUG_ON("getopt returned an option that is not in the table");
	return NULL;
}

/* One call of getopt_long; *done at the end of the options. */
static err_t step(const struct parser *p, int argc, char **argv, int *operands, bool *done,
		  bool *help)
{
	int before = optind ? optind : 1;
	int code = getopt_long(argc, argv, p->shorts, p->longs, NULL);

	if (code == -1 || code == CODE_END)
		*done = true;
	else if (code == 1)
		argv[(*operands)++] = optarg;
	else if (code == '?' || code == ':')
		return explain(p, code, argv[before]);
	else if (code == CODE_HELP || (code == 'h' && !has_short(p->usage, 'h')))
		*done = *help = true;
	else if (code >= CODE_NEGATED)
		negate(&p->usage->opts[code - CODE_NEGATED]);
	else if (code >= CODE_ROW)
		return store(&p->usage->opts[code - CODE_ROW], optarg);
	else
		return store_short(p->usage, code, optarg);
	return NULL;
}

err_t opts_parse(int *argc, char ***argv, const struct usage *usage, bool *help_shown)
{
	scoped(parser_release) struct parser p;
	bool done = false, help = false;
	int operands = 0;

	parser_init(&p, usage);
	opterr = 0;
	optind = 0;	/* makes GNU getopt start afresh */
	/* Operands move to the front over what has been read, so no copy of argv is needed. */
	while (!done)
		TRY(step(&p, *argc, *argv, &operands, &done, &help));
	while (!help && optind < *argc)
		(*argv)[operands++] = (*argv)[optind++];
	(*argv)[operands] = NULL;
	*argc = operands;
	*help_shown = help;
	if (help)
		opts_usage(usage, stdout);
	return NULL;
}
