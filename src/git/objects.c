#include "git/index_file.h"
#include "git/objects_internal.h"
#include "git/odb_tree.h"
#include "git/tree_list.h"
#include "git/module.h"
#include "util/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void close_objects(struct repo_objects *self)
{
	struct objects *o = (struct objects *)self;

	o->ops->close(o->lg2);
	free(o);
}

err_t objects_open(struct objects **out, struct repo *r)
{
	scoped_free char *index = NULL, *shallow = NULL;
	const struct lg2_ops *ops;
	struct objects *o;
	struct lg2 *lg2;

	if (!r->objects) {
		TRY(lg2_module(&ops));
		index = repo_index_file(r);
		TRY(ops->open(&lg2, &(struct lg2_where){
			.gitdir = r->gitdir, .commondir = r->commondir,
			.worktree = r->worktree, .index_file = index,
		}));
		shallow = repo_slurp_at(r->commondir, "shallow", NULL);
		o = mem_alloc(sizeof(*o));
		*o = (struct objects){
			.base = {close_objects}, .ops = ops, .lg2 = lg2,
			.shallow = shallow && shallow[0],
		};
		r->objects = o;
	}
	*out = r->objects;
	return NULL;
}

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

err_t objects_git(struct proc_result *out, const char *const *argv, struct slice input)
{
	scoped(scoped_result) struct proc_result result = {0};
	scoped_free char *what = mem_printf("git %s", argv[1]);

	TRY(proc_run(&result, &(struct proc){.argv = argv, .input = input, .quiet = true}));
	if (result.status != 0)
		return repo_git_error(&result, what);
	*out = result;
	result = (struct proc_result){0};
	return NULL;
}

/* HEAD and its like, where they name a commit. */
static bool plain_ref(char out[OID_HEX + 1], struct repo *r, const char *rev)
{
	struct odb_commit commit;
	char last[256];
	err_t err;

	if (strcmp(rev, "HEAD") != 0 && strcmp(rev, "MERGE_HEAD") != 0 &&
	    strncmp(rev, "refs/", 5) != 0)
		return false;
	err = repo_ref_resolve(out, last, r, rev);
	if (err) {
		err_free(err);
		return false;
	}
	return out[0] && odb_read_commit(&commit, r->odb, out);
}

err_t git_resolve(char out[OID_HEX + 1], struct repo *r, const char *rev)
{
	struct objects *o;

	if (plain_ref(out, r, rev))
		return NULL;
	TRY(objects_open(&o, r));
	return o->ops->resolve(out, o->lg2, rev);
}

static err_t list(struct git_entries *out, struct repo *r, const char *at,
		  const struct git_scope *scope)
{
	bool index = strcmp(at, ":") == 0 || strcmp(at, ":0") == 0;
	struct objects *o;

	if (index ? index_file_entries(out, r, scope) : tree_list(out, r, at, scope))
		return NULL;
	TRY(objects_open(&o, r));
	if (index)
		return o->ops->index(o->lg2, out, scope);
	return o->ops->tree(o->lg2, out, at, scope);
}

err_t git_list_at(struct git_entries *out, struct repo *r, const struct kinds *kinds,
		  const char *at)
{
	scoped(git_scope_release) struct git_scope scope;

	git_scope_init(&scope, kinds);
	return list(out, r, at, &scope);
}

err_t git_list_judged(struct git_entries *out, struct repo *r, const struct kinds *kinds,
		      const char *at)
{
	scoped(git_scope_release) struct git_scope scope;

	git_scope_init_judged(&scope, kinds);
	return list(out, r, at, &scope);
}

static err_t find_promisor(void *found, const char *key, const char *value)
{
	size_t len = strlen(key), end = strlen(".promisor");

	if (len > end && strcmp(key + len - end, ".promisor") == 0 && strcmp(value, "true") == 0)
		*(bool *)found = true;
	return NULL;
}

/* In a partial clone git fetches the blob and hands it over. */
static err_t fetch_blob(char **bytes, size_t *len, const char *oid)
{
	const char *const argv[] = {"git", "cat-file", "blob", oid, NULL};
	scoped(scoped_result) struct proc_result result = {0};

	TRY(objects_git(&result, argv, (struct slice){0}));
	*len = result.out_len;
	*bytes = steal(result.out);
	return NULL;
}

const struct git_entry *git_entries_find(const struct git_entries *list, const char *path)
{
	size_t low = 0, high = list->len;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int cmp = strcmp(list->at[mid].path, path);

		if (cmp < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < list->len && strcmp(list->at[low].path, path) == 0 ? &list->at[low] : NULL;
}

static bool plain_blob(char **bytes, size_t *len, struct repo *r, const char *oid)
{
	struct odb_object o;

	if (!odb_read(&o, r->odb, oid))
		return false;
	if (o.type != ODB_BLOB) {
		odb_release(&o);
		return false;
	}
	*bytes = o.bytes;
	*len = o.len;
	return true;
}

err_t git_blob(char **bytes, size_t *len, struct repo *r, const char *oid)
{
	struct objects *o;
	bool partial = false;
	err_t e, config;

	if (plain_blob(bytes, len, r, oid))
		return NULL;
	TRY(objects_open(&o, r));
	e = o->ops->blob(bytes, len, o->lg2, oid);
	if (!e || e->code != ERR_NOTFOUND || !hash_is_hex(oid, OID_HEX))
		return e;
	config = repo_config_each(r, "remote.", find_promisor, &partial);
	err_free(config);
	if (!partial)
		return e;
	err_free(e);
	return fetch_blob(bytes, len, oid);
}

err_t git_index_put(struct repo *r, const struct git_edit *edits, size_t len)
{
	struct objects *o;

	TRY(objects_open(&o, r));
	return o->ops->index_write(o->lg2, edits, len);
}

/* "<mode> <id> TAB <path>" per entry; mode 0 takes it out. */
static char *index_info(size_t *len, const struct lg2_staged *staged, const struct git_edit *edits,
			size_t nr)
{
	static const struct oid zero = {"0000000000000000000000000000000000000000"};
	struct mem_stream input;

	mem_stream_open(&input);
	for (size_t i = 0; i < nr; i++) {
		fprintf(input.file, "%o %s\t%s", staged[i].mode,
			staged[i].mode ? staged[i].oid.hex : zero.hex, edits[i].path);
		fputc('\0', input.file);
	}
	return mem_stream_close(&input, len);
}

err_t git_index_stage(struct repo *r, const struct git_edit *edits, size_t len)
{
	static const char *const argv[] = {"git", "update-index", "-z", "--index-info", NULL};
	scoped(scoped_result) struct proc_result result = {0};
	scoped_free struct lg2_staged *staged = mem_alloc((len + 1) * sizeof(*staged));
	scoped_free char *input = NULL;
	struct objects *o;
	size_t input_len;

	if (!len)
		return NULL;
	TRY(objects_open(&o, r));
	TRY(o->ops->index_prepare(o->lg2, staged, edits, len));
	input = index_info(&input_len, staged, edits, len);
	return objects_git(&result, argv, slice_of(input, input_len));
}
