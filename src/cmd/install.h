/*
 * What makes git call us in a clone: hooks, the merge and diff drivers and their attribute. Planned
 * as a whole, then written as a whole; where something foreign is in the way, nothing is written.
 */
#ifndef CMD_INSTALL_H
#define CMD_INSTALL_H

#include "cmd/steps.h"
#include "git/repo.h"
#include "util/strs.h"

#include <stdio.h>

enum install_attributes {
	ATTRIBUTES_AUTO,	/* in .git/info, unless the tracked file has them */
	ATTRIBUTES_INFO,
	ATTRIBUTES_TRACKED,	/* in .gitattributes */
};

/* Where the drivers are configured. */
enum install_scope { SCOPE_LOCAL, SCOPE_WORKTREE, SCOPE_GLOBAL };

struct install_options {
	enum install_attributes attributes;
	enum install_scope scope;
	bool force;		/* also where something foreign is; that is kept beside */
	bool no_hooks;		/* drivers and attributes alone: hooks stay as they are */
	bool exclude;		/* with the lines that let git ignore our files */
};

/* Only what is missing: nothing of it on a second run. */
struct install {
	struct steps steps;
	struct strs foreign;	/* what is in the way and what to do about it, a line each */
	char *snippet;		/* what a manager of hooks wants to be told, or NULL */
	struct strs configs;	/* configuration files: an earlier run may have left a lock */
	struct strs left;	/* uninstall: what stays, and why */
};

/* Reads, and changes nothing. */
err_t install_plan(struct install *out, struct repo *r, const struct install_options *o) MUST_CHECK;
/* The way back: the bytes that were there. */
err_t uninstall_plan(struct install *out, struct repo *r, const struct install_options *o)
	MUST_CHECK;
/* Writes the plan; the caller has seen to it that nothing is foreign. */
err_t install_apply(struct install *in) MUST_CHECK;
void install_release(struct install *in);

/* The error for a plan with something foreign, after a warning for each; NULL without. */
err_t install_verdict(const struct install *in, const char *hint) MUST_CHECK;

/* Adds the lines that let git ignore our files to the clone's own exclude file. */
err_t install_exclude(struct repo *r) MUST_CHECK;

/* --- parts (install_hooks.c, install_config.c) --- */
err_t install_hooks(struct install *in, struct repo *r, bool config_hooks, bool force) MUST_CHECK;
err_t uninstall_hooks(struct install *in, struct repo *r, bool force) MUST_CHECK;
/* Where git looks for hooks, absolute. Caller frees. */
err_t install_hooks_dir(char **out, struct repo *r) MUST_CHECK;

/* hooks: those that the configuration names, too, or none of them; untouched with no_hooks. */
err_t install_config(struct install *in, struct repo *r, bool config_hooks,
		     const struct install_options *o) MUST_CHECK;
err_t uninstall_config(struct install *in, struct repo *r, enum install_scope scope) MUST_CHECK;
/* The drivers' settings, as a configuration file says them. */
void install_print_settings(FILE *out);
/* git >= 2.54 runs hooks that its configuration names. */
err_t install_config_hooks(bool *out) MUST_CHECK;
/* The attribute lines, without our markers. */
extern const char install_attribute_lines[];

#endif
