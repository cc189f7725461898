#include "cmd/block.h"
#include "util/mem.h"

#define BEGIN "# git-agent: begin"
#define END "# git-agent: end"

/* Where our block is; from == to at the end of the text when there is none. A block without an end
 * is one line long: what follows may be somebody else's. */
static void find(size_t *from, size_t *to, struct slice text)
{
	struct slice rest = text, line;
	bool inside = false;

	*from = *to = text.len;
	while (slice_line(&rest, &line)) {
		struct slice words = slice_trim(line);
		size_t start = (size_t)(line.at - text.at);

		if (!inside && slice_is(words, BEGIN)) {
			inside = true;
			*from = start;
			*to = start + line.len;
		} else if (inside && slice_is(words, END)) {
			*to = start + line.len;
			return;
		}
	}
}

char *block_put(struct slice text, const char *body)
{
	scoped_free char *block = mem_printf(BEGIN "\n%s" END "\n", body);
	size_t from, to;
	const char *gap;

	find(&from, &to, text);
	if (slice_is(slice_of(text.at + from, to - from), block))
		return NULL;
	gap = from > 0 && text.at[from - 1] != '\n' ? "\n" : "";
	return mem_printf("%.*s%s%s%.*s", (int)from, text.len ? text.at : "", gap, block,
			  (int)(text.len - to), text.len ? text.at + to : "");
}
