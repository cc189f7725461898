/* Commits and the graph they form. */
#include "git/lg2_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void hide(git_revwalk *walk, struct lg2 *g, const char *hex)
{
	git_oid id;

	/* What was judged once and is gone since (gc, another clone's id) hides nothing. */
	if (git_oid_fromstr(&id, hex) == 0 && git_odb_exists(g->odb, &id) &&
	    git_revwalk_hide(walk, &id) < 0)
		git_error_clear();
}

err_t lg2_commits(struct lg2 *g, struct strs *out, const char *tip, const struct strs *hidden)
{
	lg2_scoped(git_revwalk) *walk = NULL;
	struct strs list = {0};
	git_oid id;
	int rc;

	TRY(lg2_parse_oid(&id, tip));
	rc = git_revwalk_new(&walk, g->repo);
	if (rc == 0)
		rc = git_revwalk_sorting(walk, GIT_SORT_TOPOLOGICAL | GIT_SORT_REVERSE);
	if (rc == 0)
		rc = git_revwalk_push(walk, &id);
	if (rc < 0)
		return lg2_error(rc, "cannot walk from '%s'", tip);
	for (size_t i = 0; hidden && i < hidden->len; i++)
		hide(walk, g, hidden->at[i]);
	while ((rc = git_revwalk_next(&id, walk)) == 0)
		strs_add(&list, lg2_hex(&id).hex);
	if (rc != GIT_ITEROVER) {
		strs_release(&list);
		return lg2_error(rc, "cannot walk from '%s'", tip);
	}
	for (size_t i = 0; i < list.len; i++)
		strs_take(out, list.at[i]);
	free(list.at);
	return NULL;
}

/* mail as the mailmap would have it; the caller frees. libgit2 minds the case, git does not. */
static char *mapped(struct lg2 *g, const char *name, const char *mail)
{
	const char *real_name, *real_mail;
	scoped_free char *lower = mem_strdup(mail);

	for (char *c = lower; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	if (!g->mailmap && git_mailmap_from_repository(&g->mailmap, g->repo) < 0)
		git_mailmap_new(&g->mailmap);
	if (!g->mailmap || git_mailmap_resolve(&real_name, &real_mail, g->mailmap, name, mail) < 0)
		return mem_strdup(mail);
	if (real_mail == mail &&
	    git_mailmap_resolve(&real_name, &real_mail, g->mailmap, name, lower) < 0)
		return mem_strdup(mail);
	return mem_strdup(real_mail);
}

static bool is_mine(struct lg2 *g, const git_signature *who, const struct strs *me)
{
	scoped_free char *mail = mapped(g, who->name, who->email);

	for (size_t i = 0; i < me->len; i++) {
		scoped_free char *mine = mapped(g, "", me->at[i]);

		if (strcasecmp(who->email, me->at[i]) == 0 || strcasecmp(mail, mine) == 0)
			return true;
	}
	return false;
}

err_t lg2_commit(struct lg2 *g, struct git_commit *out, const char *id, const struct strs *me,
		 const struct strs *trunk)
{
	lg2_scoped(git_commit) *commit = NULL;
	const git_signature *author;
	const char *subject;
	bool on_trunk = false;

	TRY(lg2_find_commit(&commit, g, id));
	if (trunk)
		TRY(lg2_reach_has(&g->of_trunk, &on_trunk, g, git_commit_id(commit), trunk));
	author = git_commit_author(commit);
	subject = git_commit_summary(commit);
	*out = (struct git_commit){
		.author = mem_printf("%s <%s>", author->name, author->email),
		.subject = mem_strdup(subject ? subject : ""),
		.author_time = author->when.time,
		.mine = is_mine(g, git_commit_committer(commit), me),
		.trunk = on_trunk,
	};
	memcpy(out->id, lg2_hex(git_commit_id(commit)).hex, sizeof(out->id));
	/* A shallow clone's last commits name parents that are not there: they have none. */
	for (unsigned i = 0; i < git_commit_parentcount(commit); i++)
		if (git_odb_exists(g->odb, git_commit_parent_id(commit, i)))
			strs_add(&out->parents, lg2_hex(git_commit_parent_id(commit, i)).hex);
	return NULL;
}

err_t lg2_message(struct lg2 *g, char **out, const char *id)
{
	lg2_scoped(git_commit) *commit = NULL;

	TRY(lg2_find_commit(&commit, g, id));
	*out = mem_strdup(git_commit_message(commit));
	return NULL;
}

err_t lg2_merge_base(struct lg2 *g, char out[OID_HEX + 1], const char *a, const char *b)
{
	git_oid one, two, base;
	int rc;

	TRY(lg2_parse_oid(&one, a));
	TRY(lg2_parse_oid(&two, b));
	if (!git_odb_exists(g->odb, &one) || !git_odb_exists(g->odb, &two))
		return err_new(ERR_NOTFOUND, "no such commit '%s'",
			       git_odb_exists(g->odb, &one) ? b : a);
	rc = git_merge_base(&base, g->repo, &one, &two);
	if (rc < 0 && rc != GIT_ENOTFOUND)
		return lg2_error(rc, "cannot find the merge base of '%s' and '%s'", a, b);
	out[0] = '\0';
	if (rc == 0)
		git_oid_tostr(out, OID_HEX + 1, &base);
	return NULL;
}

err_t lg2_reaches(struct lg2 *g, bool *out, const char *tip, const char *commit)
{
	const struct strs tips = {.at = (char *[]){(char *)tip}, .len = 1};
	git_oid id;

	TRY(lg2_parse_oid(&id, commit));
	if (!git_odb_exists(g->odb, &id)) {
		*out = false;
		return NULL;
	}
	return lg2_reach_has(&g->of_tip, out, g, &id, &tips);
}
