#include "cmd/settings.h"
#include "git/objects.h"
#include "util/file.h"
#include "util/mem.h"
#include "util/proc.h"

#include <string.h>
#include <strings.h>

#define SETTINGS ".agent/config"

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

static void scoped_kinds(struct kinds **kinds)
{
	kinds_free(*kinds);
}

static bool is_true(const char *value)
{
	return !value || strcasecmp(value, "true") == 0 || strcasecmp(value, "yes") == 0 ||
	       strcasecmp(value, "on") == 0 || strcmp(value, "1") == 0;
}

static void take_policy(struct verify_policy *policy, const char *key, const char *value)
{
	if (strcmp(key, "agent.requireproof") == 0)
		policy->require_proof = is_true(value);
	else if (strcmp(key, "agent.requireparent") == 0)
		policy->require_parent = is_true(value);
}

/* -z: "key LF value NUL"; a key alone is true. policy may be NULL. */
static err_t take_settings(struct kinds *kinds, struct verify_policy *policy, const char *at,
			   size_t len)
{
	for (const char *end = at + len; at < end; at += strlen(at) + 1) {
		const char *value = strchr(at, '\n');
		scoped_free char *key = mem_strndup(at, strcspn(at, "\n"));

		if (policy)
			take_policy(policy, key, value ? value + 1 : NULL);
		if (strncmp(key, "agent.", 6) == 0)
			TRY(err_wrap(kinds_set(kinds, key + 6, value ? value + 1 : ""), SETTINGS));
	}
	return err_wrap(kinds_check(kinds), SETTINGS);
}

/* source: "-f" and a path, or "--blob" and an id. */
static err_t read_settings(struct kinds *kinds, struct verify_policy *policy, const char *source,
			   const char *name)
{
	const char *const argv[] = {"git", "config", "-z", "--list", source, name, NULL};
	scoped(scoped_result) struct proc_result r = {0};

	TRY(proc_run(&r, &(struct proc){.argv = argv, .quiet = true}));
	if (r.status)
		return err_new(ERR_FATAL, "cannot read '" SETTINGS "': %.*s",
			       (int)strcspn(r.err, "\n"), r.err);
	return take_settings(kinds, policy, r.out, r.out_len);
}

err_t settings_at_top(struct kinds **out, const char *top)
{
	scoped(scoped_kinds) struct kinds *kinds = kinds_new();
	scoped_free char *path = mem_printf("%s/" SETTINGS, top);

	if (file_exists(path))
		TRY(read_settings(kinds, NULL, "-f", path));
	*out = steal(kinds);
	return NULL;
}

err_t settings_here(struct kinds **out, const struct repo *repo)
{
	if (repo->worktree)
		return settings_at_top(out, repo->worktree);
	*out = kinds_new();
	return NULL;
}

err_t settings_at(struct kinds **out, struct verify_policy *policy, struct repo *repo,
		  const char *commit)
{
	scoped(scoped_kinds) struct kinds *kinds = kinds_new();
	struct verify_policy p = {0};
	struct oid oid = {""};
	bool proof, parent;

	if (commit[0])
		TRY(git_range_oid(&oid, repo, commit, SETTINGS));
	if (!oid_none(&oid))
		TRY(read_settings(kinds, &p, "--blob", oid.hex));
	TRY(repo_config_bool(&proof, repo, "agent.requireproof", false));
	TRY(repo_config_bool(&parent, repo, "agent.requireparent", false));
	*policy = (struct verify_policy){p.require_proof || proof, p.require_parent || parent};
	*out = steal(kinds);
	return NULL;
}

err_t settings_trunk(char commit[OID_HEX + 1], struct repo *repo)
{
	char local[256], upstream[256];
	struct repo_head head;

	commit[0] = '\0';
	TRY(git_trunk(local, upstream, repo));
	if (upstream[0])
		return git_resolve(commit, repo, upstream);
	if (local[0])
		return git_resolve(commit, repo, local);
	if (repo->worktree)
		return NULL;
	TRY(repo_head(&head, repo));
	memcpy(commit, head.commit, sizeof(head.commit));
	return NULL;
}
