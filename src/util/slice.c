#include "util/slice.h"

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct slice slice_trim(struct slice s)
{
	while (s.len && blank(s.at[s.len - 1]))
		s.len--;
	while (s.len && blank(s.at[0])) {
		s.at++;
		s.len--;
	}
	return s;
}

bool slice_line(struct slice *rest, struct slice *line)
{
	const char *end;

	if (!rest->len)
		return false;
	end = memchr(rest->at, '\n', rest->len);
	line->at = rest->at;
	line->len = end ? (size_t)(end - rest->at) + 1 : rest->len;
	rest->at += line->len;
	rest->len -= line->len;
	return true;
}
