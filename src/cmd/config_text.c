#include "cmd/config_text.h"
#include "util/file.h"
#include "util/mem.h"
#include "util/proc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

/* A directory that only we can look into: there may be credentials in the file. */
struct copy {
	char dir[64];
	char *path;
};

static void copy_remove(struct copy *c)
{
	if (c->path)
		unlink(c->path);
	if (c->dir[0])
		rmdir(c->dir);
	free(c->path);
}

static err_t copy_make(struct copy *c, struct slice text)
{
	const char *tmp = getenv("TMPDIR");

	if (!tmp || !tmp[0] || strlen(tmp) > sizeof(c->dir) - 20)
		tmp = "/tmp";
	snprintf(c->dir, sizeof(c->dir), "%s/git-agent-XXXXXX", tmp);
	if (!mkdtemp(c->dir)) {
		c->dir[0] = '\0';
		return err_errno("cannot make a directory in '%s'", tmp);
	}
	c->path = mem_printf("%s/config", c->dir);
	return file_write(c->path, slice_of(text.len ? text.at : "", text.len), 0600);
}

static err_t ask(struct proc_result *result, const struct copy *c, const char *option,
		 const char *key, const char *value)
{
	const char *const argv[] = {"git", "config", "-f", c->path, option, key, value, NULL};

	return proc_run(result, &(struct proc){.argv = argv, .quiet = true});
}

static err_t get(char **value, const struct copy *c, const char *key)
{
	scoped(scoped_result) struct proc_result result = {0};

	*value = NULL;
	TRY(ask(&result, c, "--get-all", key, NULL));
	if (result.status == 1)
		return NULL;
	if (result.status != 0)
		return err_new(ERR_FATAL, "git cannot read the configuration: %.*s",
			       (int)strcspn(result.err, "\n"), result.err);
	result.out[result.out_len ? result.out_len - 1 : 0] = '\0';
	*value = steal(result.out);
	return NULL;
}

static err_t put(const struct copy *c, const struct config_setting *s)
{
	scoped(scoped_result) struct proc_result result = {0};
	scoped_free char *now = NULL;

	TRY(get(&now, c, s->key));
	if (now && s->value ? strcmp(now, s->value) == 0 : !now && !s->value)
		return NULL;
	TRY(ask(&result, c, s->value ? "--replace-all" : "--unset-all", s->key, s->value));
	if (result.status != 0)
		return err_new(ERR_FATAL, "git cannot write '%s': %.*s", s->key,
			       (int)strcspn(result.err, "\n"), result.err);
	return NULL;
}

err_t config_text(char **out, size_t *len, struct slice text, const struct config_setting *settings,
		  size_t nr)
{
	scoped(copy_remove) struct copy c = {"", NULL};
	scoped_free char *bytes = NULL;
	size_t bytes_len;

	TRY(copy_make(&c, text));
	for (size_t i = 0; i < nr; i++)
		TRY(put(&c, &settings[i]));
	TRY(file_read(&bytes, &bytes_len, NULL, c.path, 0));
	*out = NULL;
	if (slice_eq(slice_of(bytes, bytes_len), text))
		return NULL;
	*out = steal(bytes);
	*len = bytes_len;
	return NULL;
}

err_t config_text_get(char **value, struct slice text, const char *key)
{
	scoped(copy_remove) struct copy c = {"", NULL};

	TRY(copy_make(&c, text));
	return get(value, &c, key);
}
