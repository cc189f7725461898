#include "cmd/prompt.h"
#include "util/mem.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096

static int open_terminal(void)
{
	const char *asked = getenv("GIT_TERMINAL_PROMPT");

	if (asked && (strcmp(asked, "0") == 0 || strcmp(asked, "false") == 0))
		return -1;
	return open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
}

bool prompt_possible(void)
{
	int fd = open_terminal();

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Byte by byte: what comes after the line is for whoever reads next. */
static err_t read_line(char **out, int fd, const char *what)
{
	char line[LINE_MAX_BYTES];
	size_t len = 0;
	ssize_t n;
	char c;

	while (len < sizeof(line) && (n = read(fd, &c, 1)) == 1 && c != '\n')
		line[len++] = c;
	while (len && len < sizeof(line) && line[len - 1] == '\r')
		len--;
	if (len && len < sizeof(line))
		*out = mem_strndup(line, len);
	explicit_bzero(line, sizeof(line));
	if (len == sizeof(line))
		return err_new(ERR_REFUSED, "%s is too long", what);
	return len ? NULL : err_new(ERR_REFUSED, "no %s was given", what);
}

static void say(int fd, const char *text)
{
	ssize_t put = write(fd, text, strlen(text));

	(void)put;
}

/* --- without echo --------------------------------------------------------------------------- */

static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define NR_ENDING (sizeof(ending) / sizeof(*ending))
static struct termios was;
static int terminal;

/* Whoever is interrupted gets a terminal back that shows what is typed. */
static void restore_and_end(int signal)
{
	tcsetattr(terminal, TCSANOW, &was);
	raise(signal);	/* SA_RESETHAND: this time it ends us */
}

static err_t ask_secretly(char **out, int fd, const char *question, const char *what)
{
	struct sigaction act = {.sa_handler = restore_and_end, .sa_flags = SA_RESETHAND};
	struct sigaction before[NR_ENDING];
	struct termios quiet;
	err_t err;

	if (tcgetattr(fd, &was) != 0)
		return err_errno("cannot ask at the terminal");
	terminal = fd;
	for (size_t i = 0; i < NR_ENDING; i++)
		sigaction(ending[i], &act, &before[i]);
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(fd, TCSAFLUSH, &quiet);
	say(fd, question);
	err = read_line(out, fd, what);
	tcsetattr(fd, TCSAFLUSH, &was);
	for (size_t i = 0; i < NR_ENDING; i++)
		sigaction(ending[i], &before[i], NULL);
	say(fd, "\n");
	return err;
}

err_t prompt_ask(char **out, const char *question, bool secret)
{
	scoped_free char *line = NULL;
	int fd = open_terminal();
	err_t err;

	if (fd < 0)
		return err_new(ERR_REFUSED, "there is no terminal to ask for the %s", question);
	line = mem_printf("%s: ", question);
	fflush(stdout);
	if (secret) {
		err = ask_secretly(out, fd, line, question);
	} else {
		say(fd, line);
		err = read_line(out, fd, question);
	}
	close(fd);
	return err;
}

err_t prompt_read(char **out, const char *what)
{
	return read_line(out, STDIN_FILENO, what);
}
