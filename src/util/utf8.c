#include "util/utf8.h"

/* Table 3-7 of the Unicode standard: the range of the second byte depends on the first. */
static size_t sequence(unsigned char lead, unsigned char *low, unsigned char *high)
{
	*low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
	*high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
	if (lead < 0x80)
		return 1;
	if (lead >= 0xC2 && lead <= 0xDF)
		return 2;
	if (lead >= 0xE0 && lead <= 0xEF)
		return 3;
	if (lead >= 0xF0 && lead <= 0xF4)
		return 4;
	return 0;
}

/* Bytes of the character at the start of s, or 0; *seen is how many of them fit together. */
static size_t decode(struct slice s, uint32_t *cp, size_t *seen)
{
	const unsigned char *at = (const unsigned char *)s.at;
	unsigned char low, high;
	size_t len = sequence(at[0], &low, &high);

	*seen = 1;
	if (len <= 1) {
		*cp = at[0];
		return len;
	}
	*cp = at[0] & (0x7Fu >> len);
	for (size_t i = 1; i < len; i++, *seen = i) {
		if (i >= s.len || at[i] < low || at[i] > high)
			return 0;
		*cp = *cp << 6 | (at[i] & 0x3Fu);
		low = 0x80;
		high = 0xBF;
	}
	return len;
}

bool utf8_next(struct slice *rest, uint32_t *cp, struct slice *taken)
{
	size_t len, seen;

	if (!rest->len)
		return false;
	len = decode(*rest, cp, &seen);
	if (!len) {
		*cp = UTF8_REPLACEMENT;
		len = seen;
	}
	if (taken)
		*taken = slice_of(rest->at, len);
	rest->at += len;
	rest->len -= len;
	return true;
}

/* Eight bytes at a time: nearly all text is ASCII. */
static struct slice without_ascii(struct slice text)
{
	uint64_t word;

	while (text.len >= sizeof(word)) {
		memcpy(&word, text.at, sizeof(word));
		if (word & 0x8080808080808080u)
			break;
		text.at += sizeof(word);
		text.len -= sizeof(word);
	}
	return text;
}

bool utf8_valid(struct slice text)
{
	while ((text = without_ascii(text)).len) {
		uint32_t cp;
		size_t seen, len = decode(text, &cp, &seen);

		if (!len)
			return false;
		text.at += len;
		text.len -= len;
	}
	return true;
}
