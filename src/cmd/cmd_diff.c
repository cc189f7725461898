/* `git agent diff` */
#include "cli/color.h"
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/cmd.h"
#include "cmd/output.h"
#include "merge/diff.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct diff_options {
	const char *color;
	bool file, head, remote, json, exit_code;
	int context;
};

/* One side: a text, or nothing. */
struct side {
	char *label;
	char *bytes;
	size_t len;
	bool missing;
};

static void side_release(struct side *side)
{
	free(side->label);
	free(side->bytes);
}

/* --- the sides ------------------------------------------------------------------------------ */

static err_t of_oid(struct side *out, struct session *s, const struct oid *oid, const char *path,
		    const char *prefix)
{
	out->missing = oid_none(oid);
	out->label = out->missing ? mem_strdup("/dev/null") : mem_printf("%s/%s", prefix, path);
	return store_text_get(&out->bytes, &out->len, s->store, oid->hex);
}

static err_t of_revision(struct side *out, struct session *s, const struct art *art,
			 const char *name, const char *prefix)
{
	scoped(revs_release) struct revs revs = {0};
	struct rev_id id;

	TRY(store_rev_find(&id, s->store, art->uid, name));
	TRY(store_rev_list(&revs, s->store, art->uid));
	for (size_t i = 0; i < revs.len; i++)
		if (rev_eq(&revs.at[i].id, &id))
			return of_oid(out, s, &revs.at[i].oid, revs.at[i].path, prefix);
	return err_new(ERR_CORRUPT, "revision '%.12s' is missing", id.hex);
}

/* Absent, where err says that there is no such thing. */
static err_t or_missing(struct side *out, err_t err, const char *path)
{
	if (err && err->code != ERR_NOTFOUND)
		return err;
	out->missing = err != NULL;
	err_free(err);
	if (out->missing)
		out->bytes = mem_strdup("");
	out->label = out->missing ? mem_strdup("/dev/null") : mem_printf("a/%s", path);
	return NULL;
}

static err_t of_file(struct side *out, struct session *s, const struct art *art)
{
	if (!s->have_port)
		return err_new(ERR_FATAL, "this operation must be run in a work tree");
	return or_missing(out, s->port.read(s->port.ctx, &out->bytes, &out->len, NULL, art->path),
			  art->path);
}

static err_t of_head(struct side *out, struct session *s, const struct art *art)
{
	struct repo_head head;
	struct oid oid = {""};

	TRY(repo_head(&head, s->repo));
	if (s->have_port)
		TRY(s->port.tree_oid(s->port.ctx, &oid, head.commit, art->path));
	if (oid_none(&oid))
		return or_missing(out, err_new(ERR_NOTFOUND, "not in HEAD"), art->path);
	return or_missing(out, git_blob(&out->bytes, &out->len, s->repo, oid.hex), art->path);
}

static err_t of_remote(struct side *out, struct session *s, const struct art *art)
{
	scoped(base_release) struct base base = {0};

	TRY(store_base_get(&base, s->store, art->uid));
	return of_oid(out, s, &base.oid, base.path && base.path[0] ? base.path : art->path, "a");
}

static err_t find_left(struct side *out, const struct diff_options *o, struct session *s,
		       const struct art *art, const char *revision)
{
	if (revision)
		return of_revision(out, s, art, revision, "a");
	if (o->file)
		return of_file(out, s, art);
	return o->remote ? of_remote(out, s, art) : of_head(out, s, art);
}

/* --- printing ------------------------------------------------------------------------------- */

static const char *line_color(struct slice line, bool *in_hunk)
{
	if (line.len >= 2 && line.at[0] == '@' && line.at[1] == '@') {
		*in_hunk = true;
		return COLOR_CYAN;
	}
	if (!*in_hunk)
		return COLOR_BOLD;
	return line.at[0] == '+' ? COLOR_GREEN : line.at[0] == '-' ? COLOR_RED : "";
}

static void print_colored(const char *diff)
{
	struct slice rest = slice_str(diff), line;
	bool in_hunk = false;

	while (slice_line(&rest, &line)) {
		const char *color = line_color(line, &in_hunk);

		while (line.len && strchr("\r\n", line.at[line.len - 1]))
			line.len--;
		fputs(color, stdout);
		text_safe_write(line, stdout);
		puts(*color ? COLOR_RESET : "");
	}
}

static err_t print(const struct diff_options *o, struct session *s, const struct art *art,
		   const struct side *left, const struct side *right)
{
	scoped_free char *diff =
		diff_unified(slice_of(left->bytes, left->len), slice_of(right->bytes, right->len),
			     left->label, right->label, o->context);
	bool color, differs = diff[0] || left->missing != right->missing;
	struct json j;

	if (o->json) {
		json_begin(&j, stdout);
		json_object_begin(&j);
		output_art(&j, art);
		json_key_bool(&j, "differs", differs);
		json_key_string(&j, "patch", diff);
		json_object_end(&j);
		json_end(&j);
	} else {
		TRY(output_begin(&color, s, o->color, true));
		if (color)
			print_colored(diff);
		else
			text_write(slice_str(diff), stdout);
	}
	if (differs && o->exit_code)
		return err_new(ERR_DIFFERS, "'%s' differs", session_name(art));
	return NULL;
}

static err_t run(const struct diff_options *o, char **argv)
{
	scoped(session_close) struct session s = {0};
	scoped(art_release) struct art art = {0};
	scoped(side_release) struct side left = {0}, right = {0};
	const char *from = argv[1], *to = from ? argv[2] : NULL;

	TRY(session_open(&s, SESSION_READ));
	TRY(session_pick(&art, &s, argv[0], true));
	TRY(find_left(&left, o, &s, &art, from));
	if (to)
		TRY(of_revision(&right, &s, &art, to, "b"));
	else
		TRY(of_oid(&right, &s, &art.oid, art.path, "b"));
	return print(o, &s, &art, &left, &right);
}

err_t cmd_diff(int argc, char **argv)
{
	struct diff_options o = {.context = 3};
	bool help;
	const struct opt opts[] = {
		OPT_FLAG(0, "head", &o.head, "from HEAD's text to the workspace's (the default)"),
		OPT_FLAG(0, "file", &o.file, "from the file's text to the workspace's"),
		OPT_FLAG(0, "remote", &o.remote,
			 "from what the remote was last known to have to the workspace's"),
		OPT_INT('U', "unified", &o.context, "lines", "lines of context"),
		OPT_FLAG(0, "exit-code", &o.exit_code, "exit with 1 when there are differences"),
		OPT_FLAG(0, "json", &o.json, "as JSON"),
		OPT_STRING(0, "color", &o.color, "when", "always, never or auto"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[<options>] <id> [<revision> [<revision>]]", NULL};
	const struct usage usage = {"diff", synopsis,
				    "Shows how the text of an artifact differs from another one.",
				    opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc < 1 || argc > 3)
		return opts_misuse(&usage, argc ? "two revisions at most" : "which artifact?");
	if (o.file + o.head + o.remote + (argc > 1) > 1)
		return opts_misuse(&usage, "one of --head, --file, --remote and revisions");
	if (o.context < 0)
		return opts_misuse(&usage, "--unified wants a number of lines");
	return run(&o, argv);
}
