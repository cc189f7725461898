/* `git agent merge`: the merge of three files, for people who want to see what it does. */
#include "cli/json.h"
#include "cli/options.h"
#include "cmd/cmd.h"
#include "cmd/explain.h"
#include "cmd/merge_config.h"
#include "cmd/settings.h"
#include "util/file.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>

struct merging {
	bool explain, print, json;
	const char *path;
	const char *names[3];
	char *text[3];
	size_t len[3];
	struct repo *repo;
	struct kinds *kinds;
	struct merge_config config;
	struct merge_options options;
	struct merge_result result;
};

static void merging_release(struct merging *m)
{
	for (int i = 0; i < 3; i++)
		free(m->text[i]);
	kinds_free(m->kinds);
	merge_config_release(&m->config);
	repo_close(m->repo);
	merge_result_release(&m->result);
}

static void print_json(const struct merging *m)
{
	const struct merge_result *r = &m->result;
	struct json j;

	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key_bool(&j, "clean", r->clean);
	json_key_int(&j, "conflicts", r->conflicts);
	json_key_slice(&j, "text", slice_of(r->bytes, r->len));
	json_key(&j, "decisions");
	json_array_begin(&j);
	for (size_t i = 0; i < r->nr_decisions; i++) {
		json_object_begin(&j);
		json_key_bool(&j, "conflict", r->decisions[i].conflict);
		json_key_string(&j, "rule", r->decisions[i].rule);
		json_key_string(&j, "where", r->decisions[i].where);
		json_key_string(&j, "reason", r->decisions[i].reason);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_object_end(&j);
	json_end(&j);
}

static err_t answer(const struct merging *m)
{
	const struct merge_result *r = &m->result;

	if (m->json)
		print_json(m);
	else if (m->explain)
		explain_decisions(r, m->print ? stderr : stdout);
	if (m->print && !m->json)
		fwrite(r->bytes, 1, r->len, stdout);
	else if (!m->explain && !m->json)
		TRY(file_write(m->names[1], slice_of(r->bytes, r->len), 0));
	if (r->clean)
		return NULL;
	return err_new(ERR_DIFFERS, "%d conflict%s", r->conflicts, r->conflicts == 1 ? "" : "s");
}

/* The project's kinds; outside of a repository those that are built in. */
static err_t find_kinds(struct merging *m)
{
	err_t err = repo_open(&m->repo);

	if (!err)
		return settings_here(&m->kinds, m->repo);
	err_free(err);
	m->kinds = kinds_new();
	return NULL;
}

static err_t run(struct merging *m)
{
	const struct merge_settings settings = merge_config(&m->config);

	TRY(find_kinds(m));
	m->config.repo = m->repo;
	m->options = merge_defaults(kinds_of_path(m->kinds, m->path ? m->path : m->names[1]));
	m->options.base_label = m->names[0];
	m->options.ours_label = m->names[1];
	m->options.theirs_label = m->names[2];
	for (int i = 0; i < 3; i++)
		TRY(file_read(&m->text[i], &m->len[i], NULL, m->names[i], 0));
	TRY(merge3_as_set(&m->result, slice_of(m->text[0], m->len[0]),
			  slice_of(m->text[1], m->len[1]), slice_of(m->text[2], m->len[2]),
			  &m->options, &settings));
	return answer(m);
}

err_t cmd_merge(int argc, char **argv)
{
	scoped(merging_release) struct merging m = {.kinds = NULL};
	static const char *const synopsis[] = {"[<options>] <base> <ours> <theirs>", NULL};
	const struct opt opts[] = {
		OPT_FLAG(0, "explain", &m.explain,
			 "say what was decided and by which rule; write no file"),
		OPT_FLAG('p', "stdout", &m.print, "write the result to standard output"),
		OPT_FLAG(0, "json", &m.json,
			 "the result and what was decided, as JSON; write no file"),
		OPT_STRING(0, "path", &m.path, "path", "merge as the artifact of this path"),
		OPT_END,
	};
	const struct usage usage = {"merge", synopsis,
				    "Merges three versions of an artifact into <ours>.", opts};
	bool help;

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc != 3)
		return opts_misuse(&usage, "three files are needed");
	for (int i = 0; i < 3; i++)
		m.names[i] = argv[i];
	return run(&m);
}
