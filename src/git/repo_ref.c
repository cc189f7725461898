/* Refs without libgit2: loose files, packed-refs, symbolic refs. */
#include "git/repo_internal.h"
#include "util/mem.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYMREF_DEPTH 5	/* as git */

static bool is_per_worktree(const char *name)
{
	return strncmp(name, "refs/", 5) != 0 || strncmp(name, "refs/bisect/", 12) == 0 ||
	       strncmp(name, "refs/worktree/", 14) == 0 ||
	       strncmp(name, "refs/rewritten/", 15) == 0;
}

bool repo_take_id(char out[OID_HEX + 1], const char *text)
{
	if (strspn(text, "0123456789abcdef") != OID_HEX)
		return false;
	memcpy(out, text, OID_HEX);
	out[OID_HEX] = '\0';
	return true;
}

/* A ref's name becomes a path: nothing may lead out of the directory. */
static bool is_safe(const char *name)
{
	return name[0] != '/' && !strstr(name, "..") && strlen(name) < 256;
}

static void packed(struct repo_ref *out, const char *commondir, const char *name)
{
	size_t len = 0, want;
	scoped_free char *bytes = repo_slurp_at(commondir, "packed-refs", &len);
	scoped_free char *needle = mem_printf(" %s\n", name);
	const char *at = bytes;

	want = strlen(needle);
	while (at && (at = memmem(at, len - (size_t)(at - bytes), needle, want))) {
		const char *line = at - OID_HEX;

		if (at - bytes >= OID_HEX && (line == bytes || line[-1] == '\n') &&
		    repo_take_id(out->commit, line))
			return;
		at++;
	}
}

/* HEAD may be a symbolic link in repositories of old. */
static bool old_symlink(struct repo_ref *out, const char *path)
{
	ssize_t n = readlink(path, out->target, sizeof(out->target) - 1);

	if (n <= 0)
		return false;
	out->target[n] = '\0';
	if (strncmp(out->target, "refs/", 5) == 0)
		return true;
	out->target[0] = '\0';
	return false;
}

err_t repo_ref_read(struct repo_ref *out, const char *gitdir, const char *commondir,
		    const char *name)
{
	scoped_free char *path =
		mem_printf("%s/%s", is_per_worktree(name) ? gitdir : commondir, name);
	scoped_free char *text = NULL;
	struct repo_ref ref = {0};

	if (!is_safe(name))
		return err_new(ERR_FATAL, "bad ref name '%s'", name);
	if (!old_symlink(&ref, path)) {
		text = repo_first_line(repo_slurp(path, NULL));
		if (!text || !text[0]) {
			packed(&ref, commondir, name);
		} else if (strncmp(text, "ref:", 4) == 0) {
			const char *target = text + 4 + strspn(text + 4, " \t");

			if (!is_safe(target))
				return err_new(ERR_FATAL, "bad ref name '%s' in '%s'", target,
					       path);
			snprintf(ref.target, sizeof(ref.target), "%s", target);
		} else if (hash_is_hex(text, OID_HEX)) {
			memcpy(ref.commit, text, OID_HEX + 1);
		} else {
			return err_new(ERR_FATAL, "cannot read ref '%s'", path);
		}
	}
	*out = ref;
	return NULL;
}

err_t repo_ref_resolve(char commit[OID_HEX + 1], char last[256], const struct repo *r,
		       const char *name)
{
	char at[256];

	if (!is_safe(name))
		return err_new(ERR_FATAL, "bad ref name '%s'", name);
	snprintf(at, sizeof(at), "%s", name);
	for (int depth = 0; depth <= SYMREF_DEPTH; depth++) {
		struct repo_ref ref;

		TRY(repo_ref_read(&ref, r->gitdir, r->commondir, at));
		if (!ref.target[0]) {
			memcpy(commit, ref.commit, sizeof(ref.commit));
			memcpy(last, at, sizeof(at));
			return NULL;
		}
		memcpy(at, ref.target, sizeof(at));
	}
	return err_new(ERR_FATAL, "too many levels of symbolic refs at '%s'", name);
}
