/*
 * The commands: one row each in table.c, one file per family (cmd_<family>.c) with the run
 * functions, which are declared below.
 *
 * A run function gets argv[0] = the name that was typed (so one function can serve several
 * rows), parses its options with opts_parse(), prints its answer to stdout and returns an error
 * for main() to print. `-h` works without a repository: options come before repo_open().
 */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include "util/err.h"

/* The headings of `git agent help`, in its order. */
enum cmd_group {
	CMD_START,	/* set up a clone */
	CMD_WORK,	/* make and change artifacts */
	CMD_LOOK,	/* look at artifacts and their history */
	CMD_SHARE,	/* share with the team */
	CMD_CARE,	/* look after the workspace */
	CMD_PLUMBING,	/* run by git or scripts; not in the short list */
	CMD_GROUPS,
};

struct cmd {
	const char *name;
	const char *alias_of;	/* the row whose run and summary count; NULL: its own */
	err_t (*run)(int argc, char **argv);
	const char *summary;	/* one line, no full stop; NULL in an alias */
	int group;		/* enum cmd_group */
};

/* All rows; ends with a row whose name is NULL. */
extern const struct cmd cmd_table[];

/* Once, before any command runs. */
void cmd_start(void);

/* The row for name, aliases followed; ERR_MISUSE with the nearest name as its hint. */
err_t cmd_find(const struct cmd **out, const char *name) MUST_CHECK;

/* cmd_help.c */
err_t cmd_help(int argc, char **argv) MUST_CHECK;

/* cmd_completion.c */
err_t cmd_completion(int argc, char **argv) MUST_CHECK;

/* cmd_version.c */
err_t cmd_version(int argc, char **argv) MUST_CHECK;

/* cmd_sync.c, and one file for each verb that is more than a call */
err_t cmd_sync(int argc, char **argv) MUST_CHECK;
err_t cmd_sync_init(int argc, char **argv) MUST_CHECK;
err_t cmd_sync_status(int argc, char **argv) MUST_CHECK;
err_t cmd_sync_watch(int argc, char **argv) MUST_CHECK;
err_t cmd_sync_stats(int argc, char **argv) MUST_CHECK;
err_t cmd_sync_rules(int argc, char **argv) MUST_CHECK;
err_t cmd_verify_audit(int argc, char **argv) MUST_CHECK;
err_t cmd_sync_purge(int argc, char **argv) MUST_CHECK;
err_t cmd_resolve(int argc, char **argv) MUST_CHECK;

/* cmd_claim.c */
err_t cmd_claim(int argc, char **argv) MUST_CHECK;
err_t cmd_release(int argc, char **argv) MUST_CHECK;
/* cmd_login.c, cmd_member.c: the server of a clone */
err_t cmd_login(int argc, char **argv) MUST_CHECK;
err_t cmd_logout(int argc, char **argv) MUST_CHECK;
err_t cmd_member(int argc, char **argv) MUST_CHECK;

/* cmd_hook.c, cmd_merge_driver.c, cmd_merge.c */
err_t cmd_hook(int argc, char **argv) MUST_CHECK;
err_t cmd_merge_driver(int argc, char **argv) MUST_CHECK;
err_t cmd_merge(int argc, char **argv) MUST_CHECK;

/* cmd_import.c; cmd_import_file.c, for each kind; cmd_export.c */
err_t cmd_import(int argc, char **argv) MUST_CHECK;
err_t cmd_import_file(int argc, char **argv) MUST_CHECK;
err_t cmd_export(int argc, char **argv) MUST_CHECK;

/* cmd_list.c, cmd_search.c, cmd_links.c, cmd_show.c, cmd_log.c, cmd_diff.c */
err_t cmd_list(int argc, char **argv) MUST_CHECK;
err_t cmd_search(int argc, char **argv) MUST_CHECK;
err_t cmd_links(int argc, char **argv) MUST_CHECK;
err_t cmd_show(int argc, char **argv) MUST_CHECK;
err_t cmd_log(int argc, char **argv) MUST_CHECK;
err_t cmd_diff(int argc, char **argv) MUST_CHECK;

/* cmd_site.c: for people who look and do not type */
err_t cmd_site(int argc, char **argv) MUST_CHECK;

/* cmd_prime.c, cmd_mcp.c: for coding agents */
err_t cmd_prime(int argc, char **argv) MUST_CHECK;
err_t cmd_mcp(int argc, char **argv) MUST_CHECK;

/* cmd_status.c, cmd_rebuild.c */
err_t cmd_status(int argc, char **argv) MUST_CHECK;
err_t cmd_rebuild(int argc, char **argv) MUST_CHECK;

/* cmd_install.c */
err_t cmd_install(int argc, char **argv) MUST_CHECK;
err_t cmd_uninstall(int argc, char **argv) MUST_CHECK;

/* cmd_doctor.c, cmd_env.c, cmd_logs.c */
err_t cmd_doctor(int argc, char **argv) MUST_CHECK;
err_t cmd_env(int argc, char **argv) MUST_CHECK;
err_t cmd_logs(int argc, char **argv) MUST_CHECK;

/* cmd_verify.c */
err_t cmd_verify(int argc, char **argv) MUST_CHECK;

/* cmd_new.c, for each kind */
err_t cmd_new(int argc, char **argv) MUST_CHECK;

/* cmd_edit.c, cmd_set.c, cmd_state.c, cmd_move.c, cmd_restore.c */
err_t cmd_edit(int argc, char **argv) MUST_CHECK;
err_t cmd_set(int argc, char **argv) MUST_CHECK;
err_t cmd_check(int argc, char **argv) MUST_CHECK;
err_t cmd_state(int argc, char **argv) MUST_CHECK;
err_t cmd_rm(int argc, char **argv) MUST_CHECK;
err_t cmd_mv(int argc, char **argv) MUST_CHECK;
err_t cmd_restore(int argc, char **argv) MUST_CHECK;

/* cmd_undo.c, cmd_batch.c */
err_t cmd_undo(int argc, char **argv) MUST_CHECK;
err_t cmd_batch(int argc, char **argv) MUST_CHECK;

#endif
