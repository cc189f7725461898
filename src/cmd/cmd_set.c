/* `git agent set` and `git agent check`: one field, one section, one box. */
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/batch.h"
#include "cmd/change.h"
#include "cmd/cmd.h"
#include "cmd/input.h"
#include "cmd/output.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct set {
	const char *title, *section, *text, *file, *base, *reason;
	bool add, dry_run, json;
};

static err_t set_title(char **out, size_t *len, const struct artifact *a, const char *title)
{
	if (slice_trim(slice_str(title)).len == 0)
		return err_new(ERR_MISUSE, "the title is empty");
	return artifact_set_title(out, len, a, title);
}

static err_t set_section(char **out, size_t *len, const struct artifact *a, const struct set *set)
{
	scoped_free char *read = NULL;
	size_t read_len = 0;
	struct slice body = slice_str(set->text);
	err_t err;

	if (set->file) {
		TRY(input_read(&read, &read_len, set->file));
		body = slice_of(read, read_len);
	}
	TRY(input_check(body, set->file ? set->file : "--text"));
	err = artifact_set_section(out, len, a, set->section, body);
	if (!err || err->code != ERR_NOTFOUND)
		return err;
	if (!set->add)
		return err_hint(err, "--add puts a new section at the end");
	err_free(err);
	return artifact_add_section(out, len, a, set->section, body);
}

/* Title and section together are one edit. */
static err_t set_all(char **out, size_t *len, const struct subject *sub, const struct set *set)
{
	scoped_free char *titled = NULL;
	struct artifact *a;
	size_t titled_len = 0;
	err_t err;

	if (!set->title)
		return set_section(out, len, sub->model, set);
	TRY(set_title(&titled, &titled_len, sub->model, set->title));
	if (!set->section) {
		*out = steal(titled);
		*len = titled_len;
		return NULL;
	}
	a = artifact_parse(slice_of(titled, titled_len), sub->kind, sub->art.path);
	err = set_section(out, len, a, set);
	artifact_free(a);
	return err;
}

static err_t run_set(struct session *s, const struct set *set, const char *name)
{
	scoped(subject_release) struct subject sub = {0};
	scoped_free char *bytes = NULL, *done = NULL;
	struct oid base;
	size_t len = 0;

	TRY(batch_check_file(s, set->file));
	TRY(subject_open(&sub, s, name, false));
	if (set->base)
		TRY(subject_go_to(&base, s, &sub, set->base));
	TRY(set_all(&bytes, &len, &sub, set));
	done = !set->section ? mem_strdup("title set")
	       : mem_printf("%ssection '%s' set", set->title ? "title and " : "", set->section);
	return change_apply(s, &sub, &(struct change){
		.how = HOW_EDIT, .message = set->reason, .text = slice_of(bytes, len),
		.expect = set->base ? &base : NULL, .done = done, .dry_run = set->dry_run,
		.json = set->json});
}

err_t set_in(struct session *s, int argc, char **argv)
{
	struct set set = {0};
	bool help;
	const struct opt opts[] = {
		OPT_STRING('t', "title", &set.title, "title", "the new title, without the id"),
		OPT_STRING('s', "section", &set.section, "name",
			   "replace the text below this heading; 'Outer/Inner'\n"
			   "where the name alone is not enough"),
		OPT_STRING(0, "text", &set.text, "text", "the section's new text"),
		OPT_STRING('F', "file", &set.file, "path", "the same from a file, - for standard "
							   "input"),
		OPT_FLAG(0, "add", &set.add, "make the section where there is none"),
		OPT_STRING(0, "base", &set.base, "revision",
			   "the revision that was read before: what changed since\n"
			   "is merged"),
		OPT_STRING('m', "reason", &set.reason, "text", "why, for the log"),
		OPT_FLAG('n', "dry-run", &set.dry_run, "only show the difference"),
		OPT_FLAG(0, "json", &set.json, "the artifact as JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {
		"<id> --title <title>", "<id> --section <name> (--text <text> | --file <path>)",
		NULL};
	const struct usage usage = {"set", synopsis,
				    "Changes the title or a section, and no other byte.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc != 1)
		return opts_misuse(&usage, argc ? "one artifact at a time" : "which artifact?");
	if (!set.title && !set.section)
		return opts_misuse(&usage, "--title or --section is needed");
	if (set.section ? !set.text == !set.file : set.text || set.file)
		return opts_misuse(&usage, "a section needs one of --text and --file");
	return run_set(s, &set, argv[0]);
}

err_t cmd_set(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};

	return set_in(&s, argc, argv);
}

/* --- check ---------------------------------------------------------------------------------- */

struct check {
	bool off, dry_run, json;
};

static void print_boxes(const struct artifact *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->nr_items; i++) {
		const struct item *item = &a->items[i];

		if (!item->tick.to)
			continue;
		printf("%3zu [%c] ", ++n, item->checked ? 'x' : ' ');
		text_safe_write(artifact_slice(a, item->text), stdout);
		putchar('\n');
	}
}

static void json_boxes(const struct subject *sub)
{
	const struct artifact *a = sub->model;
	struct json j;
	int n = 0;

	json_begin(&j, stdout);
	json_object_begin(&j);
	output_art(&j, &sub->art);
	json_key(&j, "boxes");
	json_array_begin(&j);
	for (size_t i = 0; i < a->nr_items; i++) {
		const struct item *item = &a->items[i];

		if (!item->tick.to)
			continue;
		json_object_begin(&j);
		json_key_int(&j, "number", ++n);
		json_key_bool(&j, "checked", item->checked);
		json_key_slice(&j, "text", artifact_slice(a, item->text));
		json_key_slice(&j, "section", artifact_slice(a, a->sections[item->section].title));
		json_object_end(&j);
	}
	json_array_end(&j);
	json_object_end(&j);
	json_end(&j);
}

static bool is_number(const char *text)
{
	return text[0] >= '1' && text[0] <= '9' && strlen(text) < 10 &&
	       strspn(text, "0123456789") == strlen(text);
}

/* All of them in one edit: the boxes keep their numbers. */
static err_t tick(char **out, size_t *len, const struct subject *sub, char **numbers, int n,
		  bool off)
{
	scoped_free char *bytes = mem_dup(sub->bytes, sub->len);
	size_t size = sub->len;

	for (int i = 0; i < n; i++) {
		struct artifact *a;
		char *ticked;
		err_t err;

		a = artifact_parse(slice_of(bytes, size), sub->kind, sub->art.path);
		err = artifact_check(&ticked, &size, a, strtoul(numbers[i], NULL, 10),
				     !off);
		artifact_free(a);
		if (err)
			return err_hint(err, "'git agent check %s' shows them",
					session_name(&sub->art));
		free(bytes);
		bytes = ticked;
	}
	*out = steal(bytes);
	*len = size;
	return NULL;
}

static err_t run_check(struct session *s, char **argv, int argc, const struct check *c)
{
	scoped(subject_release) struct subject sub = {0};
	scoped_free char *bytes = NULL;
	size_t len = 0;

	if (argc == 1)
		TRY(session_open(s, SESSION_READ));
	TRY(subject_open(&sub, s, argv[0], false));
	if (argc == 1) {
		if (c->json)
			json_boxes(&sub);
		else
			print_boxes(sub.model);
		return NULL;
	}
	TRY(tick(&bytes, &len, &sub, argv + 1, argc - 1, c->off));
	return change_apply(s, &sub, &(struct change){
		.how = HOW_EDIT, .message = c->off ? "box cleared" : "box ticked",
		.text = slice_of(bytes, len), .done = c->off ? "cleared" : "ticked",
		.dry_run = c->dry_run, .json = c->json});
}

err_t check_in(struct session *s, int argc, char **argv)
{
	struct check c = {0};
	bool help;
	const struct opt opts[] = {
		OPT_FLAG(0, "off", &c.off, "clear the box"),
		OPT_FLAG('n', "dry-run", &c.dry_run, "only show the difference"),
		OPT_FLAG(0, "json", &c.json, "the boxes, or the changed artifact, as JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"<id>", "[--off] <id> <number>...", NULL};
	const struct usage usage = {"check", synopsis,
				    "Lists the checkboxes of an artifact, or ticks some of them.",
				    opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc < 1)
		return opts_misuse(&usage, "which artifact?");
	for (int i = 1; i < argc; i++)
		if (!is_number(argv[i]))
			return opts_misuse(&usage, "'%s' is not the number of a box", argv[i]);
	if (argc == 1 && s->batch)
		return opts_misuse(&usage, "which box?");
	return run_check(s, argv, argc, &c);
}

err_t cmd_check(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};

	return check_in(&s, argc, argv);
}
