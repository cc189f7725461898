/* `git agent verify`: judges commits, or what is staged, by git's objects alone. */
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/cmd.h"
#include "cmd/merge_config.h"
#include "cmd/session.h"
#include "cmd/settings.h"
#include "cmd/verdict.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "sync/witness.h"
#include "util/file.h"
#include "util/mem.h"
#include "util/proc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct verify_options {
	bool staged, from_stdin, remerge, online, json, porcelain;
};

struct run {
	const struct verify_options *o;
	struct repo *repo;
	struct kinds *kinds;
	struct verdict verdict;
	struct session session; /* who may know what the remote said */
	struct witness witness;
	char trunk[OID_HEX + 1];
	struct json json;
	struct strs done; /* tips whose commits were judged */
	size_t commits, violations, warnings, proven, recorded;
};

static void run_close(struct run *r)
{
	witness_close(&r->witness);
	session_close(&r->session);
	kinds_free(r->kinds);
	repo_close(r->repo);
	strs_release(&r->done);
}

static void scoped_findings(struct findings *f)
{
	findings_release(f);
}

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

/* --- output --------------------------------------------------------------------------------- */

static const char *severity_name(enum verify_severity severity)
{
	return severity == VERIFY_VIOLATION ? "violation" : "warning";
}

static void print_json(struct run *r, const char *commit, const struct finding *f)
{
	struct json *j = &r->json;

	json_object_begin(j);
	json_key_string(j, "commit", commit);
	json_key_string(j, "path", f->path);
	json_key(j, "line");
	f->line ? json_int(j, f->line) : json_null(j);
	json_key_string(j, "severity", severity_name(f->severity));
	json_key_string(j, "rule", f->rule);
	json_key_string(j, "text", f->text);
	json_object_end(j);
}

static void print_line(const struct run *r, const char *commit, const struct finding *f)
{
	scoped_free char *line = mem_printf(
		"%.*s:%s:%d: %s: %s: %s", r->o->porcelain ? OID_HEX : 12,
		commit ? commit : "staged", f->path, f->line, severity_name(f->severity), f->rule,
		f->text);

	text_safe_fputs(line, stdout);
	putchar('\n');
}

static void print(struct run *r, const char *commit, const struct findings *found)
{
	r->proven += found->proven;
	r->recorded += found->recorded;
	for (size_t i = 0; i < found->len; i++) {
		const struct finding *f = &found->at[i];

		if (f->severity == VERIFY_VIOLATION)
			r->violations++;
		else
			r->warnings++;
		if (r->o->json)
			print_json(r, commit, f);
		else
			print_line(r, commit, f);
	}
}

static void begin_output(struct run *r)
{
	if (!r->o->json)
		return;
	json_begin(&r->json, stdout);
	json_object_begin(&r->json);
	json_key(&r->json, "findings");
	json_array_begin(&r->json);
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* What git alone cannot know is said, not passed off as proven. */
static void tell_recorded(const struct run *r)
{
	if (r->recorded && !r->o->json && !r->o->porcelain)
		fprintf(stderr, "%zu approval%s by the record alone: 'git agent verify --online' "
				"asks the remote\n",
				r->recorded, r->recorded == 1 ? " holds" : "s hold");
}

static err_t end_output(struct run *r)
{
	scoped_free char *where = r->o->staged
					  ? mem_strdup("what is staged")
					  : mem_printf("%zu commit%s", r->commits,
						       plural(r->commits));

	if (r->o->json) {
		json_array_end(&r->json);
		json_key_int(&r->json, "commits", (int64_t)r->commits);
		json_key_int(&r->json, "violations", (int64_t)r->violations);
		json_key_int(&r->json, "warnings", (int64_t)r->warnings);
		json_key_int(&r->json, "approvals_proven", (int64_t)r->proven);
		json_key_int(&r->json, "approvals_on_record", (int64_t)r->recorded);
		json_object_end(&r->json);
		json_end(&r->json);
	}
	fflush(stdout);
	if (r->violations)
		return err_new(ERR_REFUSED, "%zu violation%s of the rules in %s", r->violations,
			       plural(r->violations), where);
	if (!r->o->json && !r->o->porcelain)
		fprintf(stderr, "%s: no violation, %zu warning%s\n", where, r->warnings,
			plural(r->warnings));
	tell_recorded(r);
	return NULL;
}

/* --- judging -------------------------------------------------------------------------------- */

static err_t load_rules(struct run *r, const char *commit)
{
	if (r->kinds)
		return NULL;
	TRY(settings_at(&r->kinds, &r->verdict.policy, r->repo, commit));
	r->verdict.repo = r->repo;
	r->verdict.kinds = r->kinds;
	r->verdict.merge = merge_defaults(NULL);
	if (r->o->remerge)
		TRY(merge_config_at(&r->verdict.merge, commit));
	return NULL;
}

/* The trunk's, unless it is among what is judged: then those from before the range. */
static err_t rules_for(struct run *r, const struct strs *commits, const char *before)
{
	bool inside = r->trunk[0] && strs_has(commits, r->trunk);

	if (!r->trunk[0] || (inside && before))
		return load_rules(r, before ? before : "");
	return load_rules(r, r->trunk);
}

/* As if it were a root, everything in it would be new. */
static err_t check_parents(const struct run *r, const char *commit)
{
	bool cut;

	TRY(git_range_is_cut(&cut, r->repo, commit));
	if (!cut)
		return NULL;
	return err_hint(err_new(ERR_FATAL,
				"cannot judge %.12s: this clone is shallow, and lacks its parents",
				commit),
			"'git fetch --unshallow' gets the rest of the history");
}

/* A verdict that rests on an answer that could not be had is none. */
static err_t print_judged(struct run *r, const char *commit, const struct findings *found)
{
	TRY(witness_error(&r->witness));
	print(r, commit, found);
	return NULL;
}

static err_t judge_commits(struct run *r, const struct strs *commits, const char *tip)
{
	scoped(progress_stop) struct progress progress = {0};

	for (size_t i = 0; i < commits->len; i++) {
		scoped(scoped_findings) struct findings found = {0};

		TRY(check_parents(r, commits->at[i]));
		r->verdict.now = strcmp(commits->at[i], tip) == 0;
		TRY(verdict_commit(&found, &r->verdict, commits->at[i]));
		if (r->o->remerge)
			TRY(verdict_remerge(&found, &r->verdict, commits->at[i]));
		if (found.len)	/* its lines are not to stand in an open one */
			progress_stop(&progress);
		TRY(print_judged(r, commits->at[i], &found));
		r->commits++;
		progress_step(&progress, "Judging commits", i + 1, commits->len);
	}
	return NULL;
}

/* before: a commit that the range starts behind, NULL: none. hide is added to. */
static err_t judge_tip(struct run *r, const char *tip, struct strs *hide, const char *before)
{
	scoped(strs_release) struct strs commits = {0};

	TRY(git_range_commits(&commits, r->repo, tip, hide));
	TRY(rules_for(r, &commits, before));
	TRY(judge_commits(r, &commits, tip));
	strs_add(hide, tip);
	return NULL;
}

/* --- which commits -------------------------------------------------------------------------- */

/* git knows what "a..b", "^c" and "@{u}.." mean. */
static err_t parse_range(struct strs *tips, struct strs *hide, const struct run *r, int argc,
			 char **argv)
{
	scoped_free const char **child = mem_alloc(((size_t)argc + 4) * sizeof(*child));
	scoped(scoped_result) struct proc_result result = {0};
	struct slice out, line;

	child[0] = "git";
	child[1] = "rev-parse";
	for (int i = 0; i < argc; i++) {
		if (argv[i][0] == '-')
			return err_new(ERR_MISUSE, "'%s' is not a range of commits", argv[i]);
		child[2 + i] = argv[i];
	}
	child[2 + argc] = "--";
	TRY(proc_run(&result, &(struct proc){.argv = child, .quiet = true}));
	if (result.status)
		return err_new(ERR_NOTFOUND, "git does not know '%s'", argv[0]);
	out = slice_of(result.out, result.out_len);
	while (slice_line(&out, &line)) {
		char commit[OID_HEX + 1];
		bool hidden;

		line = slice_trim(line);
		hidden = line.len && line.at[0] == '^';
		if (line.len != (hidden ? OID_HEX + 1 : OID_HEX))
			continue;
		scoped_free char *name = mem_strndup(line.at + hidden, OID_HEX);
		TRY(git_resolve(commit, r->repo, name));
		strs_add(hidden ? hide : tips, commit);
	}
	return NULL;
}

static err_t judge_range(struct run *r, int argc, char **argv)
{
	scoped(strs_release) struct strs tips = {0}, hide = {0};
	scoped_free char *before = NULL;

	TRY(parse_range(&tips, &hide, r, argc, argv));
	before = hide.len ? mem_strdup(hide.at[0]) : NULL;
	for (size_t i = 0; i < tips.len; i++)
		TRY(judge_tip(r, tips.at[i], &hide, before));
	return NULL;
}

/* Without a range: what this branch has and the trunk has not. */
static err_t judge_branch(struct run *r)
{
	scoped(strs_release) struct strs hide = {0};
	char head[OID_HEX + 1];

	if (!r->trunk[0])
		return err_hint(err_new(ERR_MISUSE,
					"which commits? there is no trunk to compare with"),
				"name a range ('main~5..main'), or the trunk: "
				"git config agent.trunk main");
	TRY(git_resolve(head, r->repo, "HEAD"));
	strs_add(&hide, r->trunk);
	return judge_tip(r, head, &hide, r->trunk);
}

static bool is_zero(const char *oid)
{
	return strspn(oid, "0") == strlen(oid);
}

/* "<old> <new> <ref>", as pre-receive is told; "<ref> <new> <ref> <old>", as pre-push is. */
static err_t judge_update(struct run *r, const char *line)
{
	scoped_free char *words = mem_strdup(line);
	char *fields[5] = {NULL}, *rest = words, commit[OID_HEX + 1], *old, *new;
	scoped(strs_release) struct strs hide = {0};
	int n = 0;
	err_t err;

	while (n < 5 && (fields[n] = strsep(&rest, " ")))
		n++;
	old = fields[n == 4 ? 3 : 0];
	new = fields[1];
	if ((n != 3 && n != 4) || !hash_is_hex(old, OID_HEX) || !hash_is_hex(new, OID_HEX))
		return err_new(ERR_MISUSE, "standard input: '%s' is not '<old> <new> <ref>'",
			       line);
	if (is_zero(new))
		return NULL;
	err = git_resolve(commit, r->repo, new);
	if (err && err->code == ERR_NOTFOUND) { /* a tag of a blob */
		err_free(err);
		return NULL;
	}
	TRY(err);
	if (!is_zero(old))
		strs_add(&hide, old);
	if (r->trunk[0])
		strs_add(&hide, r->trunk);
	for (size_t i = 0; i < r->done.len; i++)
		strs_add(&hide, r->done.at[i]);
	strs_add(&r->done, commit);
	return judge_tip(r, commit, &hide, is_zero(old) ? NULL : old);
}

static err_t judge_stdin(struct run *r)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	err_t err = NULL;

	while (!err && (len = getline(&line, &cap, stdin)) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0])
			err = judge_update(r, line);
	}
	free(line);
	return err;
}

static err_t judge_index(struct run *r)
{
	scoped(scoped_findings) struct findings found = {0};

	TRY(verdict_load_staged(&r->kinds, &r->verdict, r->repo));
	TRY(verdict_index(&found, &r->verdict));
	return print_judged(r, NULL, &found);
}

/* --online, or with a workspace at hand that has heard from the remote. */
static err_t call_witness(struct run *r)
{
	err_t err;

	if (!r->o->online && !file_exists(r->repo->db_path))
		return NULL;
	err = session_open(&r->session, SESSION_READ);
	if (!err && r->o->online)
		err = session_remote(&r->session, false);
	if (!err)
		err = witness_open(&r->witness, &r->session.engine, r->o->online);
	if (err && !r->o->online) { /* no workspace, or none that can be read: git's objects do */
		err_free(err);
		err = NULL;
	}
	r->verdict.witness = witness_face(&r->witness);
	return err;
}

static err_t run(const struct verify_options *o, int argc, char **argv)
{
	scoped(run_close) struct run r = {.o = o};

	TRY(repo_open(&r.repo));
	TRY(settings_trunk(r.trunk, r.repo));
	TRY(call_witness(&r));
	begin_output(&r);
	if (o->staged)
		TRY(judge_index(&r));
	else if (o->from_stdin)
		TRY(judge_stdin(&r));
	else if (argc)
		TRY(judge_range(&r, argc, argv));
	else
		TRY(judge_branch(&r));
	return end_output(&r);
}

err_t cmd_verify(int argc, char **argv)
{
	struct verify_options o = {0};
	bool help;
	const struct opt opts[] = {
		OPT_FLAG(0, "staged", &o.staged, "judge the index against HEAD"),
		OPT_FLAG(0, "stdin", &o.from_stdin,
			 "read '<old> <new> <ref>' lines, as hooks get them"),
		OPT_FLAG(0, "remerge", &o.remerge,
			 "also tell where merges are not what the merge driver makes"),
		OPT_FLAG(0, "online", &o.online,
			 "ask the remote about every approval on record"),
		PROGRESS_OPTIONS,
		OPT_FLAG(0, "json", &o.json, "print JSON"),
		OPT_FLAG(0, "porcelain", &o.porcelain, "print whole commit ids, for scripts"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[<options>] [<range>...]", "[<options>] --staged",
					       "[<options>] --stdin", NULL};
	const struct usage usage = {"verify", synopsis,
				    "Judges commits by the rules of artifacts: transitions, "
				    "approvals, labels, parents.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (o.staged + o.from_stdin + (argc > 0) > 1)
		return opts_misuse(&usage, "a range, --staged or --stdin: one of them");
	return run(&o, argc, argv);
}
