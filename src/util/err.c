#include "util/err.h"
#include "util/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static err_t make(enum err_code code, char *text, char *hint)
{
	struct err *err = mem_alloc(sizeof(*err));

	err->code = code;
	err->text = text;
	err->hint = hint;
	return err;
}

err_t err_new(enum err_code code, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = mem_vprintf(fmt, args);
	va_end(args);
	return make(code, text, NULL);
}

err_t err_wrap(err_t err, const char *fmt, ...)
{
	struct err *own = (struct err *)err;
	va_list args;
	char *prefix, *text;

	if (!err)
		return NULL;
	va_start(args, fmt);
	prefix = mem_vprintf(fmt, args);
	va_end(args);
	text = mem_printf("%s: %s", prefix, own->text);
	free(prefix);
	free(own->text);
	own->text = text;
	return own;
}

err_t err_hint(err_t err, const char *fmt, ...)
{
	struct err *own = (struct err *)err;
	va_list args;

	if (!err)
		return NULL;
	free(own->hint);
	va_start(args, fmt);
	own->hint = mem_vprintf(fmt, args);
	va_end(args);
	return own;
}

err_t err_errno(const char *fmt, ...)
{
	int saved = errno;
	va_list args;
	char *prefix, *text;

	va_start(args, fmt);
	prefix = mem_vprintf(fmt, args);
	va_end(args);
	text = mem_printf("%s: %s", prefix, strerror(saved));
	free(prefix);
	return make(ERR_FATAL, text, NULL);
}

int err_exit_code(err_t err)
{
	if (!err)
		return 0;
	switch (err->code) {
	case ERR_DIFFERS:
		return 1;
	case ERR_REFUSED:
		return 2;
	case ERR_OFFLINE:
		return 3;
	case ERR_MISUSE:
		return 129;
	case ERR_FATAL:
	case ERR_NOTFOUND:
	case ERR_AMBIGUOUS:
	case ERR_CORRUPT:
	case ERR_BUSY:
		break;
	}
	return 128;
}

void err_free(err_t err)
{
	struct err *own = (struct err *)err;

	if (!own)
		return;
	free(own->text);
	free(own->hint);
	free(own);
}

void err_bug(const char *file, int line, const char *what)
{
	fprintf(stderr, "BUG: %s:%d: %s\n", file, line, what);
	abort();
}
