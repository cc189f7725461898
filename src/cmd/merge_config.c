#include "cmd/merge_config.h"

#include "cli/text.h"
#include "git/objects.h"
#include "util/file.h"
#include "util/mem.h"
#include "util/proc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PREFIX "agent.merge."
#define TEAM_FILE ".agent/config"
#define TEAM_KEYS "^agent\\.merge\\."
#define OWN_KEYS "^(agent\\.merge\\.|merge\\.conflictstyle$)"

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

/* What git says; nothing where it fails: no repository, no such blob, none of these keys. */
static err_t ask(char **out, size_t *len, const char *const argv[])
{
	scoped(scoped_result) struct proc_result r = {0};

	TRY(proc_run(&r, &(struct proc){.argv = argv, .quiet = true}));
	if (r.status)
		return NULL;
	*len = r.out_len;
	*out = steal(r.out);
	return NULL;
}

/* source: "--blob" and "<commit>:<path>", or "-f" and a path. */
static err_t ask_team(char **out, size_t *len, const char *source, const char *name)
{
	const char *const argv[] = {"git",	    "config",  source, name, "-z",
				    "--get-regexp", TEAM_KEYS, NULL};

	return ask(out, len, argv);
}

static err_t ask_team_here(struct merge_config *c, struct repo *repo)
{
	char local[256], upstream[256];
	scoped_free char *name = NULL;

	TRY(git_trunk(local, upstream, repo));
	if (upstream[0] || local[0]) {
		name = mem_printf("%s:" TEAM_FILE, upstream[0] ? upstream : local);
		return ask_team(&c->team, &c->team_len, "--blob", name);
	}
	if (!repo->worktree)
		return NULL;
	name = mem_printf("%s/" TEAM_FILE, repo->worktree);
	return file_exists(name) ? ask_team(&c->team, &c->team_len, "-f", name) : NULL;
}

static void warn(err_t err)
{
	fputs("warning: ", stderr);
	text_safe_fputs(err->text, stderr);
	putc('\n', stderr);
	err_free(err);
}

static err_t ask_all(struct merge_config *c)
{
	static const char *const argv[] = {"git",	   "config", "-z",
					   "--get-regexp", OWN_KEYS, NULL};
	err_t err = NULL;

	c->asked = true;
	if (!c->repo)
		err = repo_open(&c->found);
	/* outside of a repository there is no team */
	if (!err)
		err = ask_team_here(c, c->repo ? c->repo : c->found);
	err_free(err);
	return ask(&c->own, &c->own_len, argv);
}

static err_t set(struct merge_options *o, const char *key, const char *value)
{
	if (strcmp(key, "merge.conflictstyle") != 0)
		return merge_set(o, key + strlen(PREFIX), value);
	o->style = strcasecmp(value, "diff3") == 0    ? MERGE_STYLE_DIFF3
		   : strcasecmp(value, "zdiff3") == 0 ? MERGE_STYLE_ZDIFF3
						      : MERGE_STYLE_MERGE;
	return NULL;
}

static void set_all(struct merge_options *o, const char *at, size_t len, bool loud)
{
	for (const char *end = at + len; at < end; at += strlen(at) + 1) {
		const char *value = strchr(at, '\n');
		scoped_free char *key = mem_strndup(at, strcspn(at, "\n"));
		err_t err = set(o, key, value ? value + 1 : "true");

		if (err && loud)
			warn(err);
		else
			err_free(err);
	}
}

static err_t get(void *ctx, struct merge_options *o)
{
	struct merge_config *c = ctx;
	bool first = !c->asked;

	if (first)
		TRY(ask_all(c));
	/* the team's may be for a later version */
	set_all(o, c->team, c->team_len, false);
	set_all(o, c->own, c->own_len, first);
	return NULL;
}

struct merge_settings merge_config(struct merge_config *c)
{
	return (struct merge_settings){c, get};
}

void merge_config_release(struct merge_config *c)
{
	repo_close(c->found);
	free(c->team);
	free(c->own);
}

err_t merge_config_at(struct merge_options *o, const char *commit)
{
	scoped_free char *name = mem_printf("%s:" TEAM_FILE, commit), *text = NULL;
	size_t len = 0;

	if (commit[0])
		TRY(ask_team(&text, &len, "--blob", name));
	set_all(o, text, len, false);
	return NULL;
}
