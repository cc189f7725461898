/* `git agent merge`: the merge of three files, for people who want to see what it does. */
#include "cli/options.h"
#include "cli/text.h"
#include "cmd/cmd.h"
#include "cmd/merge_config.h"
#include "util/file.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>

struct merging {
	bool explain, print;
	const char *path;
	const char *names[3];
	char *text[3];
	size_t len[3];
	struct kinds *kinds;
	struct merge_options options;
	struct merge_result result;
};

static void merging_release(struct merging *m)
{
	for (int i = 0; i < 3; i++)
		free(m->text[i]);
	kinds_free(m->kinds);
	merge_result_release(&m->result);
}

static void merge(struct merging *m)
{
	merge_result_release(&m->result);
	m->result = merge3(slice_of(m->text[0], m->len[0]), slice_of(m->text[1], m->len[1]),
			   slice_of(m->text[2], m->len[2]), &m->options);
}

static void explain(const struct merge_result *r, FILE *out)
{
	for (size_t i = 0; i < r->nr_decisions; i++) {
		const struct merge_decision *d = &r->decisions[i];

		fprintf(out, "%s\t%s\t%s\t", d->conflict ? "conflict" : "merged", d->rule,
			d->where);
		text_safe_fputs(d->reason, out);
		putc('\n', out);
	}
}

static err_t answer(const struct merging *m)
{
	const struct merge_result *r = &m->result;

	if (m->explain)
		explain(r, m->print ? stderr : stdout);
	if (m->print)
		fwrite(r->bytes, 1, r->len, stdout);
	else if (!m->explain)
		TRY(file_write(m->names[1], slice_of(r->bytes, r->len), 0));
	if (r->clean)
		return NULL;
	return err_new(ERR_DIFFERS, "%d conflict%s", r->conflicts, r->conflicts == 1 ? "" : "s");
}

static err_t run(struct merging *m)
{
	bool changed;

	m->kinds = kinds_new();
	m->options.kind = kinds_of_path(m->kinds, m->path ? m->path : m->names[1]);
	m->options.base_label = m->names[0];
	m->options.ours_label = m->names[1];
	m->options.theirs_label = m->names[2];
	for (int i = 0; i < 3; i++)
		TRY(file_read(&m->text[i], &m->len[i], NULL, m->names[i], 0));
	merge(m);
	if (merge_config_matters(&m->result)) {
		TRY(merge_config_read(&changed, &m->options));
		if (changed)
			merge(m);
	}
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
