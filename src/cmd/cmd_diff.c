/* `git agent diff` */
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/cmd.h"
#include "cmd/diff_trees.h"
#include "cmd/output.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct diff_options {
	const char *color, *words, *at;
	bool head, index, file, remote, color_words, json, exit_code;
	struct diff_look look;
	struct usage usage;
};

/* --- which ---------------------------------------------------------------------------------- */

struct layers {
	struct layer_view left, right;
};

static void layers_release(struct layers *l)
{
	layer_release(&l->left);
	layer_release(&l->right);
}

/* Of two layers the one that is nearer to the trunk comes first; of one, the workspace is the
 * other. */
static err_t open_layers(struct layers *out, struct session *s, const struct diff_options *o,
			 bool one)
{
	const bool given[] = {o->at != NULL, o->remote, o->head, o->index, o->file};
	static const enum layer layers[] = {LAYER_TREE, LAYER_REMOTE, LAYER_HEAD, LAYER_INDEX,
					    LAYER_FILE};
	enum layer found[2] = {LAYER_HEAD, LAYER_WORKSPACE};
	int n = 0;

	for (size_t i = 0; i < sizeof(layers) / sizeof(*layers); i++)
		if (given[i])
			found[n++] = layers[i];
	TRY(layer_open(&out->left, s, found[0], o->at, one));
	return layer_open(&out->right, s, found[1], o->at, one);
}

static err_t add_texts(struct pairs *out, struct session *s, struct pair *pair)
{
	TRY(side_text(&pair->left, s));
	TRY(side_text(&pair->right, s));
	pairs_add(out, pair);
	return NULL;
}

/* "<a>..<b>" is the same as two arguments. */
static err_t add_revisions(struct pairs *out, struct session *s, const char *name, char *from,
			   const char *to)
{
	scoped(pair_release) struct pair pair = {0};
	scoped_free char *first = mem_strdup(from);
	char *dots = strstr(first, "..");

	if (dots) {
		*dots = '\0';
		to = dots[2] ? dots + 2 : NULL;
	}
	TRY(session_pick(&pair.art, s, name, true));
	TRY(side_of_revision(&pair.left, s, &pair.art, first));
	if (to)
		TRY(side_of_revision(&pair.right, s, &pair.art, to));
	else
		TRY(side_of(&pair.right, s, &(struct layer_view){.layer = LAYER_WORKSPACE},
			    &pair.art));
	return add_texts(out, s, &pair);
}

static err_t add_one(struct pairs *out, struct session *s, const struct diff_options *o,
		     const char *name)
{
	scoped(layers_release) struct layers l = {0};
	scoped(pair_release) struct pair pair = {0};

	TRY(session_pick(&pair.art, s, name, true));
	TRY(open_layers(&l, s, o, true));
	TRY(side_of(&pair.left, s, &l.left, &pair.art));
	TRY(side_of(&pair.right, s, &l.right, &pair.art));
	return add_texts(out, s, &pair);
}

static err_t add_all(struct pairs *out, struct session *s, const struct diff_options *o)
{
	scoped(layers_release) struct layers l = {0};
	scoped(arts_release) struct arts arts = {0};

	TRY(session_fresh(s, NULL));
	TRY(store_art_list(&arts, s->store, &(struct art_filter){.with_deleted = true}));
	TRY(open_layers(&l, s, o, false));
	for (size_t i = 0; i < arts.len; i++) {
		scoped(pair_release) struct pair pair = {0};

		TRY(side_of(&pair.left, s, &l.left, &arts.at[i]));
		TRY(side_of(&pair.right, s, &l.right, &arts.at[i]));
		if (side_same(&pair.left, &pair.right))
			continue;
		pair.art = arts.at[i];
		arts.at[i] = (struct art){0};
		TRY(side_text(&pair.left, s));
		TRY(side_text(&pair.right, s));
		if (pair_differs(&pair))
			pairs_add(out, &pair);
	}
	return NULL;
}

/* --- how ------------------------------------------------------------------------------------ */

static void print_one_json(struct json *j, const struct diff_options *o, const struct pair *pair)
{
	scoped_free char *patch = pair_patch(pair, o->look.context);

	json_object_begin(j);
	output_art(j, &pair->art);
	json_key_bool(j, "differs", pair_differs(pair));
	json_key_string(j, "patch", patch);
	json_object_end(j);
}

static void print_json(const struct diff_options *o, const struct pairs *pairs, bool one)
{
	struct json j;

	json_begin(&j, stdout);
	if (!one)
		json_array_begin(&j);
	for (size_t i = 0; i < pairs->len; i++)
		print_one_json(&j, o, &pairs->at[i]);
	if (!one)
		json_array_end(&j);
	json_end(&j);
}

/* The pair of one artifact that is the same on both sides is dropped: nothing is shown of it. */
static void drop_equal(struct pairs *pairs)
{
	if (pairs->len == 1 && !pair_differs(&pairs->at[0])) {
		pair_release(&pairs->at[0]);
		pairs->len = 0;
	}
}

static void print_text(const struct diff_options *o, const struct pairs *pairs)
{
	if (o->look.name_only) {
		diff_print_names(&o->look, pairs);
		return;
	}
	if (o->look.stat) {
		diff_print_stat(&o->look, pairs);
		return;
	}
	for (size_t i = 0; i < pairs->len; i++)
		diff_print_patch(&o->look, &pairs->at[i]);
}

static err_t print(struct diff_options *o, struct session *s, struct pairs *pairs, bool one)
{
	if (o->json)
		print_json(o, pairs, one);
	drop_equal(pairs);
	if (!o->json) {
		TRY(output_begin(&o->look.color, s, o->color, true));
		print_text(o, pairs);
	}
	if (!pairs->len || !o->exit_code)
		return NULL;
	if (pairs->len == 1)
		return err_new(ERR_DIFFERS, "'%s' differs", session_name(&pairs->at[0].art));
	return err_new(ERR_DIFFERS, "%zu artifacts differ", pairs->len);
}

static err_t run(struct diff_options *o, int argc, char **argv)
{
	scoped(session_close) struct session s = {0};
	scoped(pairs_release) struct pairs pairs = {0};
	bool trees = argc && diff_is_range(argv[0]), one = argc && !trees;

	TRY(session_open(&s, trees ? SESSION_REPO : SESSION_READ));
	if (trees)
		TRY(diff_trees(&pairs, &s, argv[0], argv + 1, argc - 1));
	else if (argc > 1)
		TRY(add_revisions(&pairs, &s, argv[0], argv[1], argv[2]));
	else if (argc)
		TRY(add_one(&pairs, &s, o, argv[0]));
	else
		TRY(add_all(&pairs, &s, o));
	return print(o, &s, &pairs, one);
}

/* --- options -------------------------------------------------------------------------------- */

static err_t read_words(struct diff_options *o)
{
	static const char *const names[] = {"none", "plain", "color", "porcelain"};
	const char *words = o->color_words ? "color" : o->words;

	if (o->color_words && !o->color)
		o->color = "always";
	if (!words || strcmp(words, "false") == 0)
		return NULL;
	for (int i = 0; i < 4; i++) {
		if (strcmp(words, names[i]) != 0)
			continue;
		o->look.words = (enum words_as)i;
		if (i == WORDS_COLOR && !o->color)
			o->color = "always";
		return NULL;
	}
	return opts_misuse(&o->usage, "--word-diff is plain, color, porcelain or none, not '%s'",
			   words);
}

static err_t check(struct diff_options *o, int argc, char **argv)
{
	int layers = o->head + o->index + o->file + o->remote + (o->at != NULL);
	bool trees = argc && diff_is_range(argv[0]);

	if (!trees && argc > 3)
		return opts_misuse(&o->usage, "two revisions at most");
	if (!trees && argc == 3 && strstr(argv[1], ".."))
		return opts_misuse(&o->usage, "'%s' has both revisions", argv[1]);
	if (layers && (trees || argc > 1))
		return opts_misuse(&o->usage, "one of layers and revisions");
	if (layers > 2)
		return opts_misuse(&o->usage, "two of --at, --remote, --head, --index and --file");
	if (o->look.context < 0)
		return opts_misuse(&o->usage, "--unified wants a number of lines");
	if (o->json + o->look.stat + o->look.name_only > 1)
		return opts_misuse(&o->usage, "one of --json, --stat and --name-only");
	return read_words(o);
}

err_t cmd_diff(int argc, char **argv)
{
	struct diff_options o = {.look.context = 3};
	bool help;
	const struct opt opts[] = {
		OPT_FLAG(0, "head", &o.head, "from HEAD's text to the workspace's (the default)"),
		OPT_FLAG(0, "index", &o.index, "from the index's text to the workspace's"),
		OPT_FLAG(0, "file", &o.file, "from the file's text to the workspace's"),
		OPT_FLAG(0, "remote", &o.remote,
			 "from what the remote was last known to have to the workspace's"),
		OPT_STRING(0, "at", &o.at, "tree-ish", "from what a commit has"),
		OPT_OPTIONAL("word-diff", &o.words, "mode", "words, not lines: plain, color, "
			     "porcelain, none", "plain"),
		OPT_FLAG(0, "color-words", &o.color_words, "words, in colour"),
		OPT_INT('U', "unified", &o.look.context, "lines", "lines of context"),
		OPT_FLAG(0, "stat", &o.look.stat, "how much changed, a line for each artifact"),
		OPT_FLAG(0, "name-only", &o.look.name_only, "only the paths"),
		OPT_FLAG('z', "null", &o.look.nul, "end the paths with NUL"),
		OPT_FLAG(0, "exit-code", &o.exit_code, "exit with 1 when there are differences"),
		OPT_FLAG(0, "json", &o.json, "as JSON"),
		OPT_COLOR(&o.color),
		OPT_END,
	};
	static const char *const synopsis[] = {
		"[<options>] [<id>]", "[<options>] <id> <revision> [<revision>]",
		"[<options>] <tree-ish>..<tree-ish> [<id>...]", NULL};

	o.usage = (struct usage){"diff", synopsis,
				 "Shows how the text of artifacts differs from another one: the "
				 "workspace's from HEAD's, or from another layer's. Two layers are "
				 "compared with each other.",
				 opts};
	TRY(opts_parse(&argc, &argv, &o.usage, &help));
	if (help)
		return NULL;
	TRY(check(&o, argc, argv));
	return run(&o, argc, argv);
}
