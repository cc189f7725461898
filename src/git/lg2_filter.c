/* Line ends and ident, as the attributes ask; what needs a program is git's. */
#include "git/lg2_internal.h"

#include <git2/sys/repository.h>
#include <string.h>

err_t lg2_configure(struct lg2 *g, const char *path)
{
	lg2_scoped(git_config) *config = NULL;
	int rc = git_repository_config(&config, g->repo);

	if (rc == 0)
		rc = git_config_add_file_ondisk(config, path, GIT_CONFIG_LEVEL_APP, g->repo, 1);
	if (rc == 0)
		rc = git_repository_set_config(g->repo, config); /* forgets what it looked up */
	return rc < 0 ? lg2_error(rc, "cannot read the configuration") : NULL;
}

static err_t has_value(bool *out, struct lg2 *g, const char *path, const char *attribute)
{
	const char *value;
	int rc = git_attr_get(&value, g->repo, GIT_ATTR_CHECK_FILE_THEN_INDEX, path, attribute);

	if (rc < 0)
		return lg2_error(rc, "cannot read the attributes of '%s'", path);
	*out = git_attr_value(value) == GIT_ATTR_VALUE_STRING;
	return NULL;
}

err_t lg2_convert(struct lg2 *g, char **bytes, size_t *len, bool *external, const char *path,
		  struct slice text, bool to_git)
{
	lg2_scoped(git_filter_list) *filters = NULL;
	git_buf buf = {0};
	bool filter = false, encoding = false;
	int rc;

	TRY(has_value(&filter, g, path, "filter"));
	TRY(has_value(&encoding, g, path, "working-tree-encoding"));
	*external = filter || encoding;
	*bytes = NULL;
	if (*external)
		return NULL;
	rc = git_filter_list_load(&filters, g->repo, NULL, path,
				  to_git ? GIT_FILTER_TO_ODB : GIT_FILTER_TO_WORKTREE,
				  GIT_FILTER_ALLOW_UNSAFE);
	if (rc == 0 && filters)
		rc = git_filter_list_apply_to_buffer(&buf, filters, text.at ? text.at : "",
						     text.len);
	if (rc < 0)
		return lg2_error(rc, "cannot convert '%s'", path);
	*len = filters ? buf.size : text.len;
	*bytes = mem_dup(filters ? buf.ptr : text.at, *len);
	git_buf_dispose(&buf);
	return NULL;
}
