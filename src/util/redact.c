#include "util/redact.h"
#include "util/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define REDACTED "<redacted>"

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

static size_t word_len(const char *at)
{
	size_t n = 0;

	while (is_word(at[n]))
		n++;
	return n;
}

/* A JSON Web Token is three such words with dots between them. */
static size_t token_len(const char *at)
{
	size_t n = 0;

	while (is_word(at[n]) || at[n] == '.')
		n++;
	return n;
}

static size_t secret_word(const char *at)
{
	static const char *const starts[] = {"eyJ", "sb_secret_", "sb_publishable_", "sbp_"};

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
		if (strncmp(at, starts[i], strlen(starts[i])) == 0)
			return token_len(at);
	return 0;
}

/* "user:password@" after "://": up to the last @ before the path. */
static size_t userinfo_len(const char *at)
{
	size_t host = strcspn(at, "/?# \t\n'\"");

	while (host && at[host - 1] != '@')
		host--;
	return host ? host - 1 : 0;
}

/* Names whose value nobody should read; compared without case. */
static bool is_secret_name(const char *name, size_t len)
{
	static const char *const words[] = {"password", "passwd", "secret", "token", "apikey",
					    "api_key", "extraheader", "authorization", "cookie"};
	scoped_free char *copy = mem_strndup(name, len);

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcasestr(copy, words[i]))
			return true;
	return len >= 3 && strcasecmp(copy + len - 3, "key") == 0 &&
	       (len == 3 || strchr("._-", copy[len - 4]));
}

/* The value after a secret name and "=" or ":"; a header's is the rest of the line. */
static size_t value_at(const char *after, size_t *skip, bool header)
{
	if (*after != '=' && *after != ':')
		return 0;
	header = header || *after == ':';
	*skip = 1 + strspn(after + 1, header ? " \t" : "");
	return strcspn(after + *skip, header ? "\n'\"" : "& \t\n'\"");
}

static size_t name_len(const char *at)
{
	size_t n = 0;

	while (is_word(at[n]) || at[n] == '.')
		n++;
	return n;
}

/* Copies the word at `at`, or what stands for it; returns how much it was. */
static size_t copy_word(FILE *out, const char *at)
{
	size_t len = secret_word(at), name = name_len(at), skip = 0, value;

	if (len) {
		fputs(REDACTED, out);
		return len;
	}
	value = name && is_secret_name(at, name)
			? value_at(at + name, &skip, strncasecmp(at, "http.", 5) == 0) : 0;
	if (value) {
		fprintf(out, "%.*s" REDACTED, (int)(name + skip), at);
		return name + skip + value;
	}
	len = word_len(at);
	fwrite(at, 1, len, out);
	return len;
}

char *redact_text(const char *text)
{
	struct mem_stream s;

	mem_stream_open(&s);
	while (*text) {
		if (strncmp(text, "://", 3) == 0) {
			size_t user = userinfo_len(text + 3);

			fprintf(s.file, "://%s", user ? REDACTED : "");
			text += 3 + user;
		} else if (strncasecmp(text, "bearer ", 7) == 0) {
			fprintf(s.file, "%.7s" REDACTED, text);
			text += 7 + strcspn(text + 7, " \t\n'\"");
		} else if (is_word(*text)) {
			text += copy_word(s.file, text);
		} else {
			putc(*text++, s.file);
		}
	}
	return mem_stream_close(&s, NULL);
}

char *redact_value(const char *name, const char *value)
{
	/* whatever it sets, as with git -c */
	bool any = strncmp(name, "GIT_CONFIG_VALUE_", 17) == 0;

	return (any || is_secret_name(name, strlen(name))) && *value ? mem_strdup(REDACTED)
								      : redact_text(value);
}

static bool is_secret_option(const char *arg)
{
	static const char *const options[] = {"key", "token", "password", "text"};

	if (strncmp(arg, "--", 2) != 0)
		return false;
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		size_t len = strlen(options[i]);

		if (strncmp(arg + 2, options[i], len) == 0 &&
		    (arg[2 + len] == '\0' || arg[2 + len] == '='))
			return true;
	}
	return false;
}

char *redact_arg(const char *arg, bool *hide)
{
	const char *value = strchr(arg, '=');
	bool secret = !*hide && is_secret_option(arg);

	if (*hide) {
		*hide = false;
		return mem_strdup(REDACTED);
	}
	*hide = secret && !value;
	if (secret && value)
		return mem_printf("%.*s" REDACTED, (int)(value + 1 - arg), arg);
	return redact_text(arg);
}

static void put_quoted(FILE *out, const char *text)
{
	if (*text && !text[strcspn(text, " \t\n'\"\\$`!*?[](){}<>|&;~#")]) {
		fputs(text, out);
		return;
	}
	putc('\'', out);
	for (; *text; text++) {
		if (*text == '\'' || *text == '!')
			fprintf(out, "'\\%c'", *text);
		else
			putc(*text, out);
	}
	putc('\'', out);
}

void redact_argv(FILE *out, const char *const *argv)
{
	bool hide = false;

	for (size_t i = 0; argv[i]; i++) {
		scoped_free char *text = redact_arg(argv[i], &hide);

		if (i)
			putc(' ', out);
		put_quoted(out, text);
	}
}
