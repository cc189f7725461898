#include "cli/color.h"
#include "cli/text.h"

#include <stdlib.h>
#include <strings.h>

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
