#include "cmd/input.h"
#include "artifact/artifact.h"
#include "util/mem.h"
#include "util/proc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static err_t read_stream(char **bytes, size_t *len, FILE *in, const char *name)
{
	scoped_free char *text = NULL;
	struct mem_stream s;
	char block[65536];
	size_t n, size;
	bool failed;

	mem_stream_open(&s);
	for (size = 0; size <= ARTIFACT_MAX_BYTES && (n = fread(block, 1, sizeof(block), in)) > 0;
	     size += n)
		fwrite(block, 1, n, s.file);
	failed = ferror(in);
	text = mem_stream_close(&s, &size);
	if (failed)
		return err_errno("cannot read '%s'", name);
	if (size > ARTIFACT_MAX_BYTES)
		return err_new(ERR_REFUSED, "'%s' is larger than 1 MiB", name);
	*bytes = steal(text);
	*len = size;
	return NULL;
}

err_t input_read(char **bytes, size_t *len, const char *path)
{
	struct stat st;
	FILE *in;
	err_t err;

	if (strcmp(path, "-") == 0)
		return read_stream(bytes, len, stdin, "standard input");
	in = fopen(path, "re");
	if (!in)
		return err_errno("cannot open '%s'", path);
	if (fstat(fileno(in), &st) == 0 && S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		err = err_errno("cannot read '%s'", path);
	} else {
		err = read_stream(bytes, len, in, path);
	}
	fclose(in);
	return err;
}

err_t input_check(struct slice text, const char *name)
{
	if (strcmp(name, "-") == 0)
		name = "standard input";
	if (text.len > ARTIFACT_MAX_BYTES)
		return err_new(ERR_REFUSED, "'%s' is larger than 1 MiB", name);
	if (text.len && memchr(text.at, '\0', text.len))
		return err_new(ERR_REFUSED, "'%s' contains NUL bytes", name);
	if (artifact_has_markers(text))
		return err_hint(err_new(ERR_REFUSED, "'%s' has conflict markers", name),
				"take them out, then try again");
	return NULL;
}

/* --- the editor ----------------------------------------------------------------------------- */

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

/* git knows which: GIT_EDITOR, core.editor, VISUAL, EDITOR, and its default. */
static err_t run_editor(const char *path)
{
	static const char *const which[] = {"git", "var", "GIT_EDITOR", NULL};
	scoped(scoped_result) struct proc_result var = {0}, edited = {0};
	scoped_free char *script = NULL;
	struct slice editor;

	TRY(proc_run(&var, &(struct proc){.argv = which}));
	if (var.status != 0)
		return err_new(ERR_FATAL, "git does not say which editor to use");
	editor = slice_trim(slice_of(var.out, var.out_len));
	script = mem_printf("%.*s \"$@\"", (int)editor.len, editor.at);
	const char *const argv[] = {"sh", "-c", script, "sh", path, NULL};

	TRY(proc_run(&edited, &(struct proc){.argv = argv, .inherit = true}));
	if (edited.status != 0)
		return err_new(ERR_FATAL, "the editor '%.*s' failed", (int)editor.len, editor.at);
	return NULL;
}

/* A text that could not be taken yet keeps its file: the next edit gets another one. */
static char *new_path(const struct session *s, const char *name, const char *suffix)
{
	char *path = mem_printf("%s/agent/EDIT-%s%s", s->repo->commondir, name, suffix);

	for (int n = 2; file_exists(path); n++) {
		free(path);
		path = mem_printf("%s/agent/EDIT-%s-%d%s", s->repo->commondir, name, n, suffix);
	}
	return path;
}

/* What was typed before the editor failed stays. */
static err_t keep_or_remove(err_t err, const char *file, struct slice text)
{
	scoped_free char *now = NULL;
	size_t len = 0;
	err_t read = file_read(&now, &len, NULL, file, 0);

	err_free(read);
	if (!now || !slice_eq(slice_of(now, len), text))
		return err_hint(err, "what was typed is in '%s'", file);
	err_free(file_remove(file));
	return err;
}

err_t input_edit(char **bytes, size_t *len, char **path, const struct session *s, const char *name,
		 const char *suffix, struct slice text)
{
	scoped_free char *file = new_path(s, name, suffix);
	err_t err;

	TRY(file_write(file, text, 0));
	err = run_editor(file);
	if (!err)
		err = input_read(bytes, len, file);
	if (err)
		return keep_or_remove(err, file, text);
	*path = steal(file);
	return NULL;
}
