/*
 * `git agent merge-driver %O %A %B %L %P [%S %X %Y]`, run by git: a structured merge into %A. It
 * opens no database, and no repository unless settings could matter. 0: clean; 1: conflict, or
 * anything to doubt; never 128 and above, which git takes for a broken driver. stdout belongs to
 * git.
 */
#include "artifact/artifact.h"
#include "cli/options.h"
#include "cli/text.h"
#include "cmd/cmd.h"
#include "cmd/merge_config.h"
#include "cmd/settings.h"
#include "util/file.h"
#include "util/mem.h"
#include "util/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct side {
	char *bytes;
	size_t len;
};

struct driver {
	const char *out;	/* %A */
	const char *path;	/* %P */
	struct side base, ours, theirs;
	struct kinds *kinds;
	struct merge_options options;
	struct merge_config config;
	const char *doubt;	/* why the result is not to be trusted, or NULL */
};

static void driver_release(struct driver *d)
{
	free(d->base.bytes);
	free(d->ours.bytes);
	free(d->theirs.bytes);
	kinds_free(d->kinds);
	merge_config_release(&d->config);
}

static struct slice text_of(const struct side *s)
{
	return slice_of(s->bytes, s->len);
}

/* --- what speaks against a structured merge ------------------------------------------------- */

static bool is_marker_line(struct slice line, char c, int size)
{
	int n = 0;

	while ((size_t)n < line.len && line.at[n] == c)
		n++;
	return n == size && ((size_t)n == line.len || strchr(" \r\n", line.at[n]));
}

/* Begin, middle and end in this order; criss-cross merges and rerere feed such texts. */
static bool has_markers(struct slice text, int size)
{
	static const char order[] = "<=>";
	struct slice line;
	int next = 0;

	while (order[next] && slice_line(&text, &line))
		next += is_marker_line(line, order[next], size);
	return !order[next];
}

static struct slice title_label(const struct side *s, const struct driver *d, char out[64])
{
	struct artifact *a = artifact_parse(text_of(s), d->options.kind, d->path);
	struct slice label = artifact_slice(a, a->title_label);

	snprintf(out, 64, "%.*s", (int)label.len, label.at);
	artifact_free(a);
	return slice_str(out);
}

/* Two artifacts under one path: rules for fields of one artifact do not apply. */
static bool labels_differ(const struct driver *d)
{
	char ours[64], theirs[64];
	struct slice a = title_label(&d->ours, d, ours), b = title_label(&d->theirs, d, theirs);

	return a.len && b.len && !slice_eq(a, b);
}

static const char marked[] = "an input has conflict markers";

static const char *doubt_of(const struct driver *d)
{
	int size = d->options.marker_size;

	if (has_markers(text_of(&d->base), size) || has_markers(text_of(&d->ours), size) ||
	    has_markers(text_of(&d->theirs), size))
		return marked;
	if (labels_differ(d))
		return "the two sides are different artifacts";
	return NULL;
}

/* --- the result ----------------------------------------------------------------------------- */

/* No fsync: git reads the file at once and makes an object of it. */
static err_t write_new(const char *path, struct slice text)
{
	FILE *out = fopen(path, "wxe");
	bool failed;

	if (!out)
		return err_errno("cannot create '%s'", path);
	failed = fwrite(text.at, 1, text.len, out) != text.len;
	failed |= fclose(out) != 0;
	return failed ? err_errno("cannot write '%s'", path) : NULL;
}

static err_t read_again(const char *path, struct slice expected)
{
	scoped_free char *bytes = NULL;
	size_t len;

	TRY(file_read(&bytes, &len, NULL, path, 0));
	if (!slice_eq(slice_of(bytes, len), expected))
		return err_new(ERR_DIFFERS, "'%s' reads back with other bytes", path);
	return NULL;
}

/* What git will take is what was merged: read again before it gets the name. */
static err_t put(const struct driver *d, struct slice merged)
{
	scoped_free char *tmp = mem_printf("%s.agent-%ld", d->out, (long)getpid());
	err_t err = write_new(tmp, merged);

	if (!err)
		err = read_again(tmp, merged);
	if (!err && rename(tmp, d->out))
		err = err_errno("cannot rename '%s' to '%s'", tmp, d->out);
	if (err)
		unlink(tmp);
	return err;
}

/* One line for each conflict and for each thing that was settled by a rule. */
static void tell(const struct driver *d, const struct merge_result *m)
{
	for (size_t i = 0; i < m->nr_decisions; i++) {
		const struct merge_decision *decision = &m->decisions[i];
		bool ruled = merge_rule_bit(decision->rule) != 0;

		if (!decision->conflict && !ruled)
			continue;
		if (!decision->conflict)
			fputs("auto-merged: ", stderr);
		text_safe_fputs(d->path, stderr);
		fputs(": ", stderr);
		text_safe_fputs(decision->where, stderr);
		fputs(": ", stderr);
		text_safe_fputs(decision->reason, stderr);
		if (ruled)
			fprintf(stderr, " (%s)", decision->rule);
		putc('\n', stderr);
	}
}

static err_t merge(struct driver *d)
{
	scoped(trace_leave) struct trace_region region = trace_enter("merge", "driver");
	const struct merge_settings settings = merge_config(&d->config);
	struct merge_result m;
	err_t err;

	d->doubt = doubt_of(d);
	if (d->doubt) {
		d->options.kind = NULL;
		d->options.text_only = true;
	}
	TRY(merge3_as_set(&m, text_of(&d->base), text_of(&d->ours), text_of(&d->theirs),
			  &d->options, &settings));
	/* rerere replays a resolution by merging it over the conflict that it was made of */
	if (d->doubt == marked && m.clean &&
	    !has_markers(slice_of(m.bytes, m.len), d->options.marker_size))
		d->doubt = NULL;
	trace_count("merge", "conflicts", m.conflicts);
	err = put(d, slice_of(m.bytes, m.len));
	if (!err)
		tell(d, &m);
	if (!err && d->doubt)
		err = err_new(ERR_DIFFERS, "'%s' was merged as text: %s", d->path, d->doubt);
	else if (!err && !m.clean)
		err = err_new(ERR_DIFFERS, "%d conflict%s in '%s'", m.conflicts,
			      m.conflicts == 1 ? "" : "s", d->path);
	merge_result_release(&m);
	return err;
}

/* The project's kinds, as every command has them: git runs a driver at the top. */
static struct kinds *kinds_here(void)
{
	struct kinds *kinds = NULL;
	err_t err = settings_at_top(&kinds, ".");

	if (!err)
		return kinds;
	fputs("warning: ", stderr);
	text_safe_fputs(err->text, stderr);
	putc('\n', stderr);
	err_free(err);
	return kinds_new();
}

/* --- the command line ----------------------------------------------------------------------- */

/* Before 2.44 git knows no %S, %X and %Y, and hands them on as they are. */
static const char *label_or(const char *given, const char *otherwise)
{
	return given && given[0] && given[0] != '%' ? given : otherwise;
}

static err_t read_side(struct side *out, const char *path)
{
	return file_read(&out->bytes, &out->len, NULL, path, 0);
}

static err_t run(struct driver *d, int argc, char **argv)
{
	long size = argc > 3 ? strtol(argv[3], NULL, 10) : 7;

	d->out = argv[1];
	d->path = argc > 4 ? argv[4] : argv[1];
	d->kinds = kinds_here();
	d->options = merge_defaults(kinds_of_path(d->kinds, d->path));
	d->options.marker_size = size > 0 && size < 1000 ? (int)size : 7;
	d->options.base_label = label_or(argc > 5 ? argv[5] : NULL, "base");
	d->options.ours_label = label_or(argc > 6 ? argv[6] : NULL, "ours");
	d->options.theirs_label = label_or(argc > 7 ? argv[7] : NULL, "theirs");
	TRY(read_side(&d->base, argv[0]));
	TRY(read_side(&d->ours, argv[1]));
	TRY(read_side(&d->theirs, argv[2]));
	return merge(d);
}

err_t cmd_merge_driver(int argc, char **argv)
{
	scoped(driver_release) struct driver d = {0};
	static const char *const synopsis[] = {
		"<base> <ours> <theirs> [<size> [<path> <label>...]]", NULL,
	};
	const struct usage usage = {"merge-driver", synopsis,
				    "Merges three versions of an artifact into <ours>; run by git.",
				    NULL};
	bool help;
	err_t err, conflict;

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc < 3)
		return opts_misuse(&usage, "three files are needed");
	err = run(&d, argc, argv);
	if (!err || err->code == ERR_DIFFERS)
		return err;
	/* %A is as git left it; exit code 1 makes that a conflict, and no more. */
	conflict = err_new(ERR_DIFFERS, "%s", err->text);
	err_free(err);
	return conflict;
}
