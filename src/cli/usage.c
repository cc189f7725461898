/* opts_usage: the text of -h, laid out as git's parse-options does. */
#include "cli/options.h"
#include "cli/text.h"

#include <string.h>

#define HELP_COLUMN 26
#define COLUMNS_MAX 79

/* Lines are broken at blanks, of which a line end in the text is one; all but the first, which
 * begins at `column`, are indented. */
static void wrap(const char *text, int column, int indent, FILE *out)
{
	while (*text) {
		int word = (int)strcspn(text, " \n");

		if (column > indent && column + 1 + word > COLUMNS_MAX)
			column = fprintf(out, "\n%*s", indent, "") - 1;
		else if (column > indent)
			column += fprintf(out, " ");
		column += fprintf(out, "%.*s", word, text);
		text += word;
		text += *text != '\0';
	}
	fputc('\n', out);
}

static void print_help(const char *help, int column, FILE *out)
{
	if (column > HELP_COLUMN - 2) {
		fputc('\n', out);
		column = 0;
	}
	fprintf(out, "%*s", HELP_COLUMN - column, "");
	wrap(help, HELP_COLUMN, HELP_COLUMN, out);
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
	if (usage->summary) {
		fputc('\n', out);
		wrap(usage->summary, 0, 0, out);
	}
	if (!o || o->type == OPT_TYPE_END)
		return;
	fputc('\n', out);
	for (; o->type != OPT_TYPE_END; o++)
		print_option(o, out);
	fputc('\n', out);
}
