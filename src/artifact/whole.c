#include "artifact/whole.h"
#include "artifact/artifact.h"
#include "util/utf8.h"

#include <stdint.h>

#define MARKER_SIZE 7

/* Bytes at the front that are ASCII; eight at a time, because nearly all are. */
static size_t ascii_len(const char *at, size_t len)
{
	size_t n = 0;

	for (; len - n >= 8; n += 8) {
		uint64_t word;

		memcpy(&word, at + n, 8);
		if (word & 0x8080808080808080u)
			break;
	}
	while (n < len && (unsigned char)at[n] < 0x80)
		n++;
	return n;
}

/* No character is part ASCII: every run of other bytes is valid, or the text is not. */
static bool valid_utf8(struct slice text)
{
	size_t at = ascii_len(text.at, text.len), n;

	while (at < text.len) {
		for (n = 1; at + n < text.len && (unsigned char)text.at[at + n] >= 0x80; n++)
			;
		if (!utf8_valid(slice_of(text.at + at, n)))
			return false;
		at += n;
		at += ascii_len(text.at + at, text.len - at);
	}
	return true;
}

/* The first line may begin behind a byte order mark. */
static bool line_begins(struct slice text, size_t at)
{
	return !at || text.at[at - 1] == '\n' ||
	       (at == 3 && memcmp(text.at, "\xEF\xBB\xBF", 3) == 0);
}

/* Seven times c at the start of a line, then white space or the end, as git looks for it. */
static bool marker_at(struct slice text, size_t at, char c)
{
	size_t n = 0;

	if (!line_begins(text, at))
		return false;
	while (n < MARKER_SIZE && at + n < text.len && text.at[at + n] == c)
		n++;
	at += n;
	return n == MARKER_SIZE && (at == text.len || memchr(" \t\r\n", text.at[at], 4));
}

static bool next_line(struct slice text, size_t *at)
{
	const char *nl = memchr(text.at + *at, '\n', text.len - *at);

	if (!nl)
		return false;
	*at = (size_t)(nl - text.at) + 1;
	return *at < text.len;
}

/* From the line behind "<<<<<<<": "=======", then ">>>>>>>". "|||||||" may stand before. */
static bool sequence(struct slice text, size_t at)
{
	bool middle = false;

	while (next_line(text, &at)) {
		char c = text.at[at];

		if (c == '<' && marker_at(text, at, c))
			middle = false;
		else if (c == '=' && marker_at(text, at, c))
			middle = true;
		else if (c == '>' && middle && marker_at(text, at, c))
			return true;
	}
	return false;
}

bool whole_has_markers(struct slice text)
{
	const char *at = text.at, *end = text.at + text.len;

	while (text.len && at < end && (at = memchr(at, '<', (size_t)(end - at)))) {
		size_t from = (size_t)(at - text.at);

		/* One look at the rest answers for all later beginnings, too. */
		if (marker_at(text, from, '<'))
			return sequence(text, from);
		at++;
	}
	return false;
}

struct whole whole_look(struct slice text)
{
	return (struct whole){
		.utf8 = valid_utf8(text),
		.has_nul = text.len && memchr(text.at, '\0', text.len),
		.markers = whole_has_markers(text),
	};
}

bool artifact_has_markers(struct slice text)
{
	return whole_has_markers(text);
}
