/*
 * Errors are values: a function that can fail returns err_t, NULL is success.
 * The error carries its code and its text; only main() prints it.
 *
 * Output parameters come first and stay untouched on failure.
 * An error that is not handed on is released with err_free().
 */
#ifndef UTIL_ERR_H
#define UTIL_ERR_H

#include <stdarg.h>
#include <stdbool.h>

/* A code exists only where a caller acts differently on it. */
enum err_code {
	ERR_FATAL,	/* exit 128: cannot go on                                  */
	ERR_DIFFERS,	/* exit 1: differences or conflicts are left for the user  */
	ERR_REFUSED,	/* exit 2: a rule says no (state machine, approval, lock)  */
	ERR_OFFLINE,	/* exit 3: remote out of reach; the work is queued         */
	ERR_MISUSE,	/* exit 129: the command line is wrong                     */
	ERR_NOTFOUND,	/* the thing asked for does not exist; exit 128            */
	ERR_AMBIGUOUS,	/* a name that means several things; exit 128              */
	ERR_CORRUPT,	/* stored data is damaged; exit 128                        */
	ERR_BUSY,	/* another process holds the lock for too long; exit 128   */
};

struct err {
	enum err_code code;
	char *text;	/* lower case, no full stop, subject in single quotes */
	char *hint;	/* one thing to do next, or NULL; never a destructive command */
};

typedef const struct err *err_t;

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* A new error. Never NULL. */
err_t err_new(enum err_code code, const char *fmt, ...) PRINTF(2, 3) MUST_CHECK;
/* The same error with "<fmt>: " before its text; takes over err. NULL stays NULL. */
err_t err_wrap(err_t err, const char *fmt, ...) PRINTF(2, 3) MUST_CHECK;
/* The same error with a hint (replaces an older one); takes over err. NULL stays NULL. */
err_t err_hint(err_t err, const char *fmt, ...) PRINTF(2, 3) MUST_CHECK;
/* An error made from errno: "<fmt>: No space left on device". */
err_t err_errno(const char *fmt, ...) PRINTF(1, 2) MUST_CHECK;
/* The process exit code that belongs to an error (0 for NULL). */
int err_exit_code(err_t err);
/* Releases err; NULL has no effect. */
void err_free(err_t err);

/* Hands an error up to the caller. */
#define TRY(expr)                     \
	do {                          \
		err_t try_ = (expr);  \
		if (try_)             \
			return try_;  \
	} while (0)

/* For programming errors only: prints file and line, and aborts. */
#define BUG_ON(cond)                                         \
	do {                                                 \
		if (cond)                                    \
			err_bug(__FILE__, __LINE__, #cond);  \
	} while (0)
void err_bug(const char *file, int line, const char *what) __attribute__((noreturn));

#endif
