/* `git agent show` */
#include "artifact/artifact.h"
#include "cli/color.h"
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/at.h"
#include "cmd/claims.h"
#include "cmd/cmd.h"
#include "cmd/output.h"
#include "cmd/render.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct show {
	const char *at, *color, *section;
	bool raw, rendered, json;
};

struct shown {
	struct art art;
	char *bytes;
	size_t len;
	struct range part;	/* of the text: what is printed */
};

struct all {
	struct shown *at;
	size_t len;
};

static void all_release(struct all *all)
{
	for (size_t i = 0; i < all->len; i++) {
		art_release(&all->at[i].art);
		free(all->at[i].bytes);
	}
	free(all->at);
}

/* --- which ---------------------------------------------------------------------------------- */

static err_t find_part(struct shown *one, const struct session *s, const char *section)
{
	struct artifact *a;
	err_t err;

	one->part = (struct range){0, one->len};
	if (!section)
		return NULL;
	a = artifact_parse(slice_of(one->bytes, one->len), kinds_find(s->kinds, one->art.kind),
			   one->art.path);
	err = artifact_find_section(&one->part, a, section);
	artifact_free(a);
	return err_wrap(err, "'%s'", session_name(&one->art));
}

static struct slice part_of(const struct shown *one)
{
	return slice_of(one->bytes + one->part.from, one->part.to - one->part.from);
}

static err_t find_at(struct all *all, struct session *s, const char *at, char **names, int n)
{
	scoped(arts_release) struct arts arts = {0};

	TRY(at_list(&arts, s, at));
	for (int i = 0; i < n; i++) {
		struct shown *one = &all->at[all->len];

		TRY(at_find(&one->art, s, &arts, names[i], at));
		all->len++;
		TRY(git_blob(&one->bytes, &one->len, s->repo, one->art.oid.hex));
	}
	return NULL;
}

/* All of them before the first line: a name that is wrong prints nothing. */
static err_t find(struct all *all, struct session *s, const char *at, char **names, int n)
{
	all->at = mem_alloc((size_t)n * sizeof(*all->at));
	if (at)
		return find_at(all, s, at, names, n);
	for (int i = 0; i < n; i++) {
		struct shown *one = &all->at[all->len];

		TRY(session_pick(&one->art, s, names[i], false));
		all->len++;
		TRY(store_text_get(&one->bytes, &one->len, s->store, one->art.oid.hex));
	}
	return NULL;
}

/* --- how ------------------------------------------------------------------------------------ */

static void print_problems(struct json *j, const struct session *s, const struct shown *one)
{
	struct artifact *a = artifact_parse(slice_of(one->bytes, one->len),
					    kinds_find(s->kinds, one->art.kind), one->art.path);

	json_key(j, "problems");
	json_array_begin(j);
	for (size_t i = 0; i < a->nr_problems; i++) {
		scoped_free char *text = artifact_problem_text(a, &a->problems[i]);

		json_string(j, text);
	}
	json_array_end(j);
	json_key_bool(j, "utf8", a->utf8);
	artifact_free(a);
}

static void print_json(const struct session *s, const struct all *all)
{
	struct json j;

	json_begin(&j, stdout);
	json_array_begin(&j);
	for (size_t i = 0; i < all->len; i++) {
		const struct shown *one = &all->at[i];

		json_object_begin(&j);
		output_art(&j, &one->art);
		print_problems(&j, s, one);
		json_key_slice(&j, "body", part_of(one));
		json_object_end(&j);
	}
	json_array_end(&j);
	json_end(&j);
}

static void print_raw(const struct all *all)
{
	for (size_t i = 0; i < all->len; i++)
		fwrite(part_of(&all->at[i]).at, 1, part_of(&all->at[i]).len, stdout);
}

/* Several are told apart by a line with the path, as head(1) does it. */
static void print_text(const struct all *all, const struct render_look *look, bool rendered)
{
	for (size_t i = 0; i < all->len; i++) {
		const struct shown *one = &all->at[i];

		if (all->len > 1) {
			printf("%s%s==> ", i ? "\n" : "", color_of(look->color, COLOR_ID));
			text_safe_fputs(one->art.path, stdout);
			printf(" <==%s\n", color_if(look->color, COLOR_RESET));
		}
		if (rendered) {
			render(stdout, look, part_of(one));
			continue;
		}
		text_write(part_of(one), stdout);
		if (all->len > 1 && one->part.to && one->bytes[one->part.to - 1] != '\n')
			putchar('\n');
	}
}

static err_t warn(struct session *s, const struct all *all)
{
	for (size_t i = 0; i < all->len; i++) {
		const struct art *art = &all->at[i].art;

		if (art->uid[0] && art->conflict)
			output_say("warning: %s is in conflict; 'git agent sync resolve %s' "
				   "settles it",
				   session_name(art), session_name(art));
		if (art->uid[0] && s->store)
			TRY(claims_warn(s, art));
	}
	return NULL;
}

static err_t run(const struct show *show, char **names, int n)
{
	scoped(session_close) struct session s = {0};
	scoped(all_release) struct all all = {0};
	struct render_look look = render_look();
	bool rendered = show->rendered || text_on_terminal(stdout);

	TRY(session_open(&s, show->at ? SESSION_REPO : SESSION_READ));
	TRY(find(&all, &s, show->at, names, n));
	for (size_t i = 0; i < all.len; i++)
		TRY(find_part(&all.at[i], &s, show->section));
	if (show->json) {
		print_json(&s, &all);
		return NULL;
	}
	if (show->raw) {
		print_raw(&all);
	} else {
		TRY(output_begin(&look.color, &s, show->color, true));
		print_text(&all, &look, rendered);
	}
	return warn(&s, &all);
}

err_t cmd_show(int argc, char **argv)
{
	struct show show = {0};
	bool help;
	const struct opt opts[] = {
		OPT_FLAG(0, "raw", &show.raw, "the exact bytes, on a terminal too, nothing else"),
		OPT_FLAG(0, "rendered", &show.rendered,
			 "laid out for reading, as on a terminal"),
		OPT_FLAG(0, "json", &show.json, "text and fields as JSON"),
		OPT_STRING('s', "section", &show.section, "name",
			   "only this section; 'Outer/Inner' where the name alone\n"
			   "is not enough"),
		OPT_STRING(0, "at", &show.at, "tree-ish",
			   "as a commit has it, or the index (:0)"),
		OPT_COLOR(&show.color),
		OPT_END,
	};
	static const char *const synopsis[] = {"[<options>] <id>...", NULL};
	const struct usage usage = {"show", synopsis, "Shows the text of artifacts.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc == 0)
		return opts_misuse(&usage, "which artifact?");
	if (show.raw + show.rendered + show.json > 1)
		return opts_misuse(&usage, "one of --raw, --rendered and --json");
	return run(&show, argv, argc);
}
