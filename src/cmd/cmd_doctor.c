/* `git agent doctor` */
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/cmd.h"
#include "cmd/doctor.h"
#include "cmd/shortcut.h"
#include "util/mem.h"
#include "util/proc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ailment *doctor_add(struct doctor *d, const char *check, char *text)
{
	MEM_GROW(d->at, d->len, d->cap);
	d->at[d->len] = (struct ailment){.check = check, .text = text};
	return &d->at[d->len++];
}

void doctor_add_error(struct doctor *d, const char *check, err_t err, bool mendable)
{
	struct ailment *a = doctor_add(d, check, mem_strdup(err->text));

	a->hint = err->hint ? mem_strdup(err->hint) : NULL;
	a->mendable = mendable;
	err_free(err);
}

static void doctor_release(struct doctor *d)
{
	for (size_t i = 0; i < d->len; i++) {
		free(d->at[i].text);
		free(d->at[i].hint);
	}
	free(d->at);
	install_release(&d->install);
	if (d->have_work)
		session_close(&d->work);
	session_close(&d->look);
	*d = (struct doctor){0};
}

static err_t examine(struct doctor *d)
{
	err_t err;

	TRY(session_open(&d->look, SESSION_REPO));
	TRY(doctor_setup(d));
	TRY(doctor_clone(d));
	if (!d->have_work)
		return NULL;
	err = doctor_work(d);
	if (!err && !d->offline)
		err = doctor_remote(d);
	if (!err && !d->no_objects)
		err = doctor_artifacts(d);
	if (err && err->code == ERR_CORRUPT) {	/* said already, of the workspace */
		err_free(err);
		err = NULL;
	}
	return err;
}

/* --- mending -------------------------------------------------------------------------------- */

static bool has(const struct doctor *d, const char *check)
{
	for (size_t i = 0; i < d->len; i++)
		if (d->at[i].mendable && strcmp(d->at[i].check, check) == 0)
			return true;
	return false;
}

/* Copies of the files that are about to change, in a directory that no earlier run made. */
static err_t back_up(const struct doctor *d)
{
	const struct steps *steps = &d->install.steps;

	for (int n = 1; n < 1000; n++) {
		scoped_free char *dir = mem_printf("%s/agent/doctor-%d", d->look.repo->commondir,
						   n);

		if (file_exists(dir))
			continue;
		for (size_t i = 0; i < steps->len; i++) {
			const struct step *step = &steps->at[i];
			scoped_free char *to = mem_printf("%s/%s", dir,
							  strrchr(step->path, '/') + 1);

			if (!step->old)
				continue;
			TRY(file_mkdirs_for(to));
			TRY(file_write(to, slice_of(step->old, step->old_len), step->old_mode));
			fprintf(stderr, "kept '%s'\n", to);
		}
		return NULL;
	}
	return err_new(ERR_REFUSED, "there are too many copies in '%s/agent'",
		       d->look.repo->commondir);
}

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

/* rebuild keeps the broken one. What it says is talk here, for the answer may be JSON. */
static err_t rebuild(void)
{
	static const char *const argv[] = {"git", "agent", "rebuild", NULL};
	scoped(scoped_result) struct proc_result result = {0};

	TRY(proc_run(&result, &(struct proc){.argv = argv}));
	text_safe_fputs(result.out, stderr);
	return result.status ? err_new(ERR_FATAL, "'git agent rebuild' failed") : NULL;
}

static err_t mend(struct doctor *d)
{
	scoped_free char *kept = NULL;
	scoped_free char *config = mem_printf("%s/config", d->look.repo->commondir);
	bool fresh = has(d, "freshness");

	TRY(steps_clear_lock(config));
	if (d->install.steps.len && !d->install.foreign.len) {
		TRY(back_up(d));
		TRY(install_apply(&d->install));
	}
	if (has(d, "workspace")) {
		if (d->have_work)
			session_close(&d->work);
		d->have_work = false;
		TRY(rebuild());
	} else if (fresh) {
		TRY(session_fresh(&d->work, NULL));
	}
	if (has(d, "link"))
		TRY(shortcut_make(&kept, d->look.repo));
	if (kept)
		fprintf(stderr, "kept '%s'\n", kept);
	return NULL;
}

/* --- telling -------------------------------------------------------------------------------- */

static void print_text(const struct doctor *d)
{
	for (size_t i = 0; i < d->len; i++) {
		const struct ailment *a = &d->at[i];

		printf("%s: %s: ", a->note ? "note" : "problem", a->check);
		text_safe_fputs(a->text, stdout);
		putchar('\n');
		if (a->hint) {
			fputs("  ", stdout);
			text_safe_fputs(a->hint, stdout);
			putchar('\n');
		}
	}
	if (!d->len)
		puts("all is well");
}

static void print_json(const struct doctor *d, size_t problems)
{
	struct json j;

	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key_bool(&j, "well", problems == 0);
	json_key(&j, "findings");
	json_array_begin(&j);
	for (size_t i = 0; i < d->len; i++) {
		const struct ailment *a = &d->at[i];

		json_object_begin(&j);
		json_key_string(&j, "check", a->check);
		json_key_string(&j, "severity", a->note ? "note" : "problem");
		json_key_string(&j, "text", a->text);
		json_key_string(&j, "hint", a->hint);
		json_key_bool(&j, "mendable", a->mendable);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_object_end(&j);
	json_end(&j);
}

static err_t verdict(const struct doctor *d, bool as_json)
{
	size_t problems = 0, mendable = 0;
	err_t err;

	for (size_t i = 0; i < d->len; i++) {
		problems += !d->at[i].note;
		mendable += !d->at[i].note && d->at[i].mendable;
	}
	if (as_json)
		print_json(d, problems);
	else
		print_text(d);
	if (!problems)
		return NULL;
	err = err_new(ERR_DIFFERS, "%zu problem%s", problems, problems == 1 ? "" : "s");
	return mendable ? err_hint(err, "'git agent doctor --fix' mends %zu of them", mendable)
			: err;
}

static err_t run(bool fix, bool offline, bool as_json)
{
	scoped(doctor_release) struct doctor d = {.offline = offline};

	TRY(examine(&d));
	if (!fix)
		return verdict(&d, as_json);
	TRY(mend(&d));
	/* what is said in the end is what is so */
	doctor_release(&d);
	d.offline = offline;
	TRY(examine(&d));
	return verdict(&d, as_json);
}

err_t cmd_doctor(int argc, char **argv)
{
	bool fix = false, offline = false, json = false, help;
	const struct opt opts[] = {
		OPT_FLAG(0, "fix", &fix, "mend what can be mended; what is replaced is kept"),
		OPT_FLAG(0, "offline", &offline, "do not ask the remote"),
		PROGRESS_OPTIONS,
		OPT_FLAG(0, "json", &json, "print JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[<options>]", NULL};
	const struct usage usage = {"doctor", synopsis,
				    "Looks for what is wrong with this clone, its workspace and "
				    "its artifacts.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc > 0)
		return opts_misuse(&usage, "unexpected argument '%s'", argv[0]);
	return run(fix, offline, json);
}
