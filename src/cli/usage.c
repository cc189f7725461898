/* opts_usage: the text of -h, laid out as git's parse-options does. */
#include "cli/options.h"
#include "cli/text.h"

#include <string.h>

#define HELP_COLUMN 26

static void print_help(const char *help, int column, FILE *out)
{
	if (column > HELP_COLUMN - 2) {
		fputc('\n', out);
		column = 0;
	}
	for (;;) {
		int len = (int)strcspn(help, "\n");

		fprintf(out, "%*s%.*s\n", HELP_COLUMN - column, "", len, help);
		if (!help[len])
			return;
		help += len + 1;
		column = 0;
	}
}

static void print_option(const struct opt *o, FILE *out)
{
	int column = fprintf(out, "    ");

	if (o->short_name)
		column += fprintf(out, "-%c, ", o->short_name);
	column += fprintf(out, "--%s", o->long_name);
	if (o->type == OPT_TYPE_OPTIONAL) {
		fprintf(out, "[=<%s>]", o->arg);
		column += 5 + (int)text_width(slice_str(o->arg));
	} else if (o->arg) {
		fprintf(out, " <%s>", o->arg);
		column += 3 + (int)text_width(slice_str(o->arg));
	}
	print_help(o->help, column, out);
}

void opts_usage(const struct usage *usage, FILE *out)
{
	const char *lead = "usage:";
	const struct opt *o = usage->opts;

	for (const char *const *line = usage->synopsis; *line; line++) {
		fprintf(out, "%s git agent %s%s%s\n", lead, usage->name, **line ? " " : "", *line);
		lead = "   or:";
	}
	if (usage->summary)
		fprintf(out, "\n%s\n", usage->summary);
	if (!o || o->type == OPT_TYPE_END)
		return;
	fputc('\n', out);
	for (; o->type != OPT_TYPE_END; o++)
		print_option(o, out);
	fputc('\n', out);
}
