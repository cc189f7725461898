#include "cli/color.h"
#include "cli/text.h"
#include "util/mem.h"

#include <stdlib.h>
#include <strings.h>

static struct slot {
	const char *name, *escapes;
	char *own; /* instead of escapes */
} slots[COLOR_SLOTS] = {
	[COLOR_META] = {"meta", COLOR_BOLD, NULL},
	[COLOR_FRAG] = {"frag", "\033[36m", NULL},
	[COLOR_CONTEXT] = {"context", "", NULL},
	[COLOR_OLD] = {"old", "\033[31m", NULL},
	[COLOR_NEW] = {"new", "\033[32m", NULL},
	[COLOR_ID] = {"id", COLOR_BOLD, NULL},
	[COLOR_CONFLICT] = {"conflict", "\033[31m", NULL},
	[COLOR_REFUSED] = {"refused", "\033[31m", NULL},
	[COLOR_FILE] = {"file", "\033[33m", NULL},
	[COLOR_CLAIM] = {"claim", "\033[36m", NULL},
	[COLOR_UNPUSHED] = {"unpushed", "\033[32m", NULL},
	[COLOR_APPROVED] = {"approved", "\033[32m", NULL},
	[COLOR_INITIAL] = {"initial", "\033[33m", NULL},
	[COLOR_UNKNOWN] = {"unknown", "\033[31m", NULL},
	[COLOR_REVISION] = {"revision", "\033[33m", NULL},
	[COLOR_HEAD] = {"head", "\033[36m", NULL},
	[COLOR_ASIDE] = {"aside", "\033[31m", NULL},
	[COLOR_MISSING] = {"missing", "\033[31m", NULL},
	[COLOR_MATCH] = {"match", "\033[1;31m", NULL},
	[COLOR_LINE] = {"line", "\033[32m", NULL},
	[COLOR_TITLE] = {"title", "\033[1;35m", NULL},
	[COLOR_HEADING] = {"heading", "\033[1;34m", NULL},
	[COLOR_SUBHEADING] = {"subheading", COLOR_BOLD, NULL},
	[COLOR_CODE] = {"code", "\033[36m", NULL},
	[COLOR_QUIET] = {"quiet", "\033[2m", NULL},
};

const char *color_of(bool on, enum color_slot slot)
{
	return !on ? "" : slots[slot].own ? slots[slot].own : slots[slot].escapes;
}

void color_set(const char *name, const char *escapes)
{
	for (size_t i = 0; i < COLOR_SLOTS; i++) {
		if (strcasecmp(slots[i].name, name) != 0)
			continue;
		free(slots[i].own);
		slots[i].own = mem_strdup(escapes);
	}
}

static bool is_one_of(const char *value, const char *const *words)
{
	for (; *words; words++)
		if (strcasecmp(value, *words) == 0)
			return true;
	return false;
}

static bool auto_wanted(FILE *out)
{
	const char *none = getenv("NO_COLOR"), *term = getenv("TERM");

	if ((none && *none) || !term || strcmp(term, "dumb") == 0)
		return false;
	return text_on_terminal(out);
}

bool color_wanted(const char *option, const char *color_agent, const char *color_ui, FILE *out)
{
	static const char *const never[] = {"never", "false", "no", "off", "0", "", NULL};
	const char *value = option ? option : color_agent ? color_agent : color_ui;

	if (value && strcasecmp(value, "always") == 0)
		return true;
	if (value && is_one_of(value, never))
		return false;
	return auto_wanted(out);
}
