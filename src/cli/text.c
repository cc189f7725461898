#include "cli/text.h"
#include "cli/pager.h"
#include "util/utf8.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

struct range {
	uint32_t first, last;
};

/* Zero columns: combining marks, joiners, variation selectors. In rising order. */
static const struct range zero_width[] = {
	{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x05BF, 0x05BF},
	{0x05C1, 0x05C2}, {0x05C4, 0x05C5}, {0x0610, 0x061A}, {0x064B, 0x065F},
	{0x0670, 0x0670}, {0x06D6, 0x06DC}, {0x06DF, 0x06E4}, {0x06E7, 0x06E8},
	{0x06EA, 0x06ED}, {0x0900, 0x0902}, {0x093A, 0x093A}, {0x093C, 0x093C},
	{0x0941, 0x0948}, {0x094D, 0x094D}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A},
	{0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F},
	{0x2060, 0x2064}, {0x20D0, 0x20F0}, {0x302A, 0x302D}, {0x3099, 0x309A},
	{0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0x1F3FB, 0x1F3FF},
	{0xE0100, 0xE01EF},
};

/* Two columns: East Asian wide and full-width characters, and emoji. In rising order. */
static const struct range double_width[] = {
	{0x1100, 0x115F},   {0x231A, 0x231B},	{0x2329, 0x232A},   {0x23E9, 0x23EC},
	{0x23F0, 0x23F0},   {0x23F3, 0x23F3},	{0x25FD, 0x25FE},   {0x2614, 0x2615},
	{0x2648, 0x2653},   {0x267F, 0x267F},	{0x2693, 0x2693},   {0x26A1, 0x26A1},
	{0x26AA, 0x26AB},   {0x26BD, 0x26BE},	{0x26C4, 0x26C5},   {0x26CE, 0x26CE},
	{0x26D4, 0x26D4},   {0x26EA, 0x26EA},	{0x26F2, 0x26F3},   {0x26F5, 0x26F5},
	{0x26FA, 0x26FA},   {0x26FD, 0x26FD},	{0x2705, 0x2705},   {0x270A, 0x270B},
	{0x2728, 0x2728},   {0x274C, 0x274C},	{0x274E, 0x274E},   {0x2753, 0x2755},
	{0x2757, 0x2757},   {0x2795, 0x2797},	{0x27B0, 0x27B0},   {0x27BF, 0x27BF},
	{0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},	{0x2B55, 0x2B55},   {0x2E80, 0x303E},
	{0x3041, 0x33FF},   {0x3400, 0x4DBF},	{0x4E00, 0xA4CF},   {0xA960, 0xA97F},
	{0xAC00, 0xD7A3},   {0xF900, 0xFAFF},	{0xFE30, 0xFE6F},   {0xFF00, 0xFF60},
	{0xFFE0, 0xFFE6},   {0x16FE0, 0x18CFF}, {0x1B000, 0x1B2FF}, {0x1F004, 0x1F004},
	{0x1F0CF, 0x1F0CF}, {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A}, {0x1F200, 0x1F320},
	{0x1F32D, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F7E0, 0x1F7EB}, {0x1F900, 0x1FAFF},
	{0x20000, 0x3FFFD},
};

static bool is_in(uint32_t cp, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count && cp >= ranges[i].first; i++)
		if (cp <= ranges[i].last)
			return true;
	return false;
}

#define IS_IN(cp, ranges) is_in(cp, ranges, sizeof(ranges) / sizeof(*(ranges)))

static bool is_caret(uint32_t cp)
{
	return (cp < 0x20 && cp != '\n' && cp != '\t') || cp == 0x7F;
}

static bool is_hidden(uint32_t cp)
{
	return (cp >= 0x80 && cp < 0xA0) || (cp >= 0x202A && cp <= 0x202E) ||
	       (cp >= 0x2066 && cp <= 0x2069);
}

static bool ends_line(uint32_t cp, struct slice rest)
{
	return cp == '\r' && rest.len && rest.at[0] == '\n';
}

/* Takes off what nearly all text is made of: bytes that stand for themselves, in one column. */
static struct slice take_ascii(struct slice *text)
{
	size_t n = 0;
	struct slice run;

	while (n < text->len && text->at[n] >= 0x20 && text->at[n] < 0x7F)
		n++;
	run = slice_of(text->at, n);
	*text = slice_of(text->at + n, text->len - n);
	return run;
}

static void write_ascii(struct slice *text, FILE *out)
{
	struct slice run = take_ascii(text);

	if (run.len)
		fwrite(run.at, 1, run.len, out);
}

void text_safe_write(struct slice text, FILE *out)
{
	struct slice taken;
	uint32_t cp;

	for (write_ascii(&text, out); utf8_next(&text, &cp, &taken); write_ascii(&text, out)) {
		if (cp == UTF8_REPLACEMENT)
			fputs("\xEF\xBF\xBD", out);
		else if (is_caret(cp) && !ends_line(cp, text))
			fprintf(out, "^%c", (int)(cp ^ 0x40));
		else if (is_hidden(cp))
			fprintf(out, "<U+%04" PRIX32 ">", cp);
		else
			fwrite(taken.at, 1, taken.len, out);
	}
}

void text_safe_fputs(const char *text, FILE *out)
{
	text_safe_write(slice_str(text), out);
}

bool text_on_terminal(FILE *out)
{
	return isatty(fileno(out)) || (out == stdout && pager_in_use());
}

void text_write(struct slice text, FILE *out)
{
	if (text_on_terminal(out))
		text_safe_write(text, out);
	else
		fwrite(text.at, 1, text.len, out);
}

size_t text_width(struct slice text)
{
	size_t width = take_ascii(&text).len;
	uint32_t cp;

	for (; utf8_next(&text, &cp, NULL); width += take_ascii(&text).len) {
		if (is_caret(cp))
			width += 2;
		else if (is_hidden(cp))
			width += 8;
		else if (cp >= 0x1100 && IS_IN(cp, double_width))
			width += 2;
		else if (cp < 0x300 || !IS_IN(cp, zero_width))
			width += 1;
	}
	return width;
}
