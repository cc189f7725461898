/*
 * git-agent: `git agent <command>`. This file finds the command, runs it, and is the only one
 * that prints errors. A map of the source:
 *
 *   cmd/             the commands: table.c lists them, cmd_<family>.c implements one family each
 *   sync/            the engine between a workspace and a remote
 *     plan, graph      decide, without side effects, what a sync does
 *     the others       import, export, push, pull, watch: do it
 *   merge/           structured three-way merge of artifacts                           pure
 *     diff             histogram line diff, diff3
 *     merge            fields, sections, lists and prose, each by its own rule
 *   artifact/        markdown text <-> model                                           pure
 *     artifact         parse and write, byte for byte
 *     kind, label      types and states with their transitions; ids
 *     revision         one text in the history of an artifact
 *   store/           the SQLite workspace: revisions, queue, search; schema.sql
 *   git/             the repository
 *     repo             finds it and reads its configuration, without libgit2
 *     objects, lg2_*   objects and index through libgit2, in a module opened on demand
 *     port.h           what sync/ asks of git
 *   remote/          remote.h is what sync/ asks of a remote; file/ (SQLite) and supabase/ (HTTP)
 *                    answer it
 *   cli/             options, JSON envelope, safe text, columns, colour, pager, progress
 *   util/            err, mem, slice, strs, utf8, json, hash, clock, file, proc, fault, module,
 *                    trace, redact, crash
 *
 * Each directory includes only those below it in this chain, and scripts/check-layers proves it:
 *
 *   main -> cmd -> sync -> merge -> artifact -> util
 *            |      +---> store --+
 *            +---> git ----------+
 *            +---> remote -------+
 *            +---> cli ----------------------> util
 */
#include "cli/pager.h"
#include "cli/text.h"
#include "cmd/advice.h"
#include "cmd/cmd.h"
#include "cmd/output.h"
#include "util/crash.h"
#include "util/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file opened later must not become stdin, stdout or stderr because the caller closed them. */
static void fill_standard_fds(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd < 3);
	if (fd >= 3)
		close(fd);
}

/* A parent that ignores SIGPIPE (some daemons do) would make us write on for nobody. */
static void restore_sigpipe(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void print_lines(const char *prefix, const char *text)
{
	for (;;) {
		size_t len = strcspn(text, "\n");

		fputs(prefix, stderr);
		text_safe_write(slice_of(text, len), stderr);
		fputc('\n', stderr);
		if (!text[len] || !text[len + 1])
			return;
		text += len + 1;
	}
}

static void print_error(err_t err)
{
	trace_error(err->text);
	if (err->code == ERR_FATAL || err->code == ERR_CORRUPT)
		crash_error(err->text);
	fflush(stdout);
	fputs(err_exit_code(err) == 128 ? "fatal: " : "error: ", stderr);
	text_safe_fputs(err->text, stderr);
	fputc('\n', stderr);
	if (err->hint && advice_wanted(err->code))
		print_lines("hint: ", err->hint);
}

/* An answer that did not reach its file is a failure, even when all else went well. */
static err_t finish_stdout(void)
{
	bool failed = ferror(stdout);

	errno = 0;
	if (fflush(stdout) == 0 && !failed && close(STDOUT_FILENO) == 0)
		return NULL;
	if (errno == EPIPE)
		raise(SIGPIPE);
	if (!errno)
		return err_new(ERR_FATAL, "cannot write to standard output");
	return err_errno("cannot write to standard output");
}

/* `git agent` alone, `git agent -h` and `git agent --version` are commands too. */
static char *command_name(char *first)
{
	static char help[] = "help", version[] = "version";

	if (!first || strcmp(first, "-h") == 0 || strcmp(first, "--help") == 0)
		return help;
	if (strcmp(first, "-v") == 0 || strcmp(first, "--version") == 0)
		return version;
	return first;
}

/* What git takes before the name of a command, and hands on in the environment. */
static bool is_global(const char *option)
{
	if (strcmp(option, "--no-pager") == 0)
		setenv("GIT_PAGER", "cat", 1);
	else if (strcmp(option, "--no-optional-locks") == 0)
		setenv("GIT_OPTIONAL_LOCKS", "0", 1);
	else if (strcmp(option, "--no-advice") == 0)
		setenv("GIT_ADVICE", "0", 1);
	else
		return false;
	return true;
}

static err_t run(int argc, char **argv)
{
	const struct cmd *cmd;
	char *alone[] = {NULL, NULL, NULL};

	for (; argc > 1 && is_global(argv[1]); argc--, argv++)
		argv[1] = argv[0];
	if (argc < 2) {
		argc = 2;
		argv = alone;
	}
	argv[1] = command_name(argv[1]);
	if (argv[1][0] == '-')
		return err_hint(err_new(ERR_MISUSE, "unknown option '%s'", argv[1]),
				"'git agent help' lists the commands");
	TRY(cmd_find(&cmd, argv[1]));
	trace_command(cmd->name);
	output_command(cmd->name);
	return cmd->run(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	err_t err, unwritten;
	int code;

	fill_standard_fds();
	restore_sigpipe();
	trace_start(argv);
	cmd_start();
	err = run(argc, argv);
	if (err)
		print_error(err);
	code = err_exit_code(err);
	err_free(err);
	unwritten = finish_stdout();
	if (unwritten) {
		print_error(unwritten);
		code = err_exit_code(unwritten);
		err_free(unwritten);
	}
	pager_finish();
	trace_exit(code);
	return code;
}
