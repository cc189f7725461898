#include "util/crash.h"
#include "util/redact.h"
#include "util/trace.h"

#include <execinfo.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FRAMES 48
#define STACK_SIZE 65536
#define LAST_WORDS_SECONDS 5

/* All that a signal handler needs is here before there is a signal. */
static char logs[PATH_MAX - 16];
static char stack[STACK_SIZE];
static bool catching;

#if defined(__has_feature)
#define HAS_FEATURE(x) __has_feature(x)
#else
#define HAS_FEATURE(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || HAS_FEATURE(address_sanitizer)
#define SANITIZED true
#else
#define SANITIZED false
#endif

/* --- writing without memory ----------------------------------------------------------------- */

static void put(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len) {
		ssize_t n = write(fd, text, len);

		if (n <= 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}

static void put_number(int fd, long n)
{
	char digits[24], *at = digits + sizeof(digits) - 1;

	*at = '\0';
	do {
		*--at = (char)('0' + n % 10);
	} while ((n /= 10) && at > digits);
	put(fd, at);
}

/* "<logs>/07.log" into out. */
static void slot_path(char out[PATH_MAX], int slot)
{
	size_t len = strlen(logs);

	memcpy(out, logs, len);
	memcpy(out + len, "/00.log", 8);
	out[len + 1] = (char)('0' + slot / 10);
	out[len + 2] = (char)('0' + slot % 10);
}

/* The first free slot, else the oldest one. */
static int open_slot(void)
{
	char path[PATH_MAX];
	struct timespec oldest = {0};
	int victim = 0;

	mkdir(logs, 0777);
	for (int i = 0; i < CRASH_SLOTS; i++) {
		struct stat st;
		int fd;

		slot_path(path, i);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd >= 0)
			return fd;
		if (lstat(path, &st))
			return -1;
		if (i && (st.st_mtim.tv_sec > oldest.tv_sec ||
			  (st.st_mtim.tv_sec == oldest.tv_sec &&
			   st.st_mtim.tv_nsec >= oldest.tv_nsec)))
			continue;
		oldest = st.st_mtim;
		victim = i;
	}
	slot_path(path, victim);
	unlink(path);
	return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

static void put_scene(int fd)
{
	put(fd, "\nversion: " GIT_AGENT_VERSION "\nseconds since 1970: ");
	put_number(fd, (long)time(NULL));
	put(fd, "\nprocess: ");
	put_number(fd, (long)getpid());
	put(fd, "\n");
	for (int i = 0; i < trace_open_nr(); i++) {
		put(fd, "in: ");
		put(fd, trace_open_label(i));
		put(fd, "\n");
	}
	for (int i = 0; i < trace_recent_nr(); i++) {
		put(fd, "ran: ");
		put(fd, trace_recent(i));
		put(fd, "\n");
	}
}

static void put_command(int fd)
{
	char **argv = trace_argv();
	scoped_free char *text = NULL;
	struct mem_stream s;

	mem_stream_open(&s);
	if (argv)
		redact_argv(s.file, (const char *const *)argv);
	text = mem_stream_close(&s, NULL);
	put(fd, "command: ");
	put(fd, text);
	put(fd, "\n");
}

/* --- signals -------------------------------------------------------------------------------- */

static const struct {
	int number;
	const char *name;
} caught[] = {
	{SIGSEGV, "SIGSEGV"}, {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"},
	{SIGFPE, "SIGFPE"},   {SIGILL, "SIGILL"},
};
#define NR_CAUGHT (sizeof(caught) / sizeof(*caught))

/* What takes memory comes last, for it may hang, or crash again: the alarm ends that, and what is
 * written stays. */
static void put_rest(int fd)
{
	void *frames[FRAMES];

	signal(SIGALRM, SIG_DFL);
	alarm(LAST_WORDS_SECONDS);
	put_command(fd);
	put(fd, "stack:\n");
	backtrace_symbols_fd(frames, backtrace(frames, FRAMES), fd);
	alarm(0);
}

static void on_crash(int number)
{
	const char *name = "signal";
	int fd;

	for (size_t i = 0; i < NR_CAUGHT; i++)
		if (caught[i].number == number)
			name = caught[i].name;
	fd = open_slot();
	if (fd >= 0) {
		put(fd, name);
		put_scene(fd);
	}
	put(STDERR_FILENO, "fatal: git-agent was ended by ");
	put(STDERR_FILENO, name);
	put(STDERR_FILENO, fd < 0 ? "\n" : "; 'git agent logs last' shows the report\n");
	if (fd >= 0) {
		put_rest(fd);
		close(fd);
	}
	/* SA_RESETHAND: the default is back, and ends us as if nobody had looked */
	raise(number);
}

static void catch_signals(void)
{
	stack_t other = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct sigaction action = {.sa_handler = on_crash,
				   .sa_flags = (int)SA_RESETHAND | SA_ONSTACK | SA_NODEFER};

	if (SANITIZED || catching || sigaltstack(&other, NULL))
		return;
	catching = true;
	for (size_t i = 0; i < NR_CAUGHT; i++)
		sigaction(caught[i].number, &action, NULL);
}

/* --- for callers ---------------------------------------------------------------------------- */

void crash_start(const char *dir)
{
	if (strlen(dir) + sizeof("/logs") > sizeof(logs) || access(dir, W_OK))
		return;
	snprintf(logs, sizeof(logs), "%s/logs", dir);
	catch_signals();
}

void crash_error(const char *text)
{
	scoped_free char *safe = NULL;
	int fd;

	if (!logs[0])
		return;
	fd = open_slot();
	if (fd < 0)
		return;
	safe = redact_text(text);
	put(fd, "error: ");
	put(fd, safe);
	put_scene(fd);
	put_command(fd);
	close(fd);
}

char *crash_path(const char *dir, int slot)
{
	return mem_printf("%s/logs/%02d.log", dir, slot);
}
