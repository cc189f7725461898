/* Git in memory: commits are arrays of text ids, one per path; merges are merge3 per path. */
#include "sim.h"
#include "merge/diff.h"
#include "merge/settings.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

#define MAX_REFS 12
#define MAX_PARENTS 2

const char *const sim_path[SIM_PATHS] = {
	".agent/cache/stories/INFRA/INFRA-001-first.md",
	".agent/cache/stories/INFRA/INFRA-002-second.md",
	".agent/cache/runbooks/INFRA/INFRA-001-run.md",
};

struct mtree {
	struct oid oid[SIM_PATHS];
	int unrelated;
};

struct mcommit {
	char id[OID_HEX + 1];
	int parents[MAX_PARENTS], nr_parents;
	struct mtree tree;
	int author, committer;
	long author_time;
	char subject[40];
};

struct mblob {
	struct oid oid;
	char *text;
};

struct mref {
	char name[32];
	int commit;
};

struct world {
	struct mcommit *commits;
	size_t nr, cap;
	struct mblob *blobs;
	size_t nr_blobs, cap_blobs;
	struct kinds *kinds;
	struct mref origin[MAX_REFS];
	int nr_origin;
	struct sim *clones;
	int nr_clones;
	long tick;
};

struct mstash {
	int base;
	struct mtree tree;
};

struct sim {
	struct world *w;
	int me;
	struct git_port port;
	bool unsynced; /* something was staged since the last sync */
	char worktree[32];
	struct mref refs[MAX_REFS];
	int nr_refs;
	char head_ref[32]; /* "" detached */
	int detached;
	int index_unmerged[SIM_PATHS];
	struct mtree index;
	char *file[SIM_PATHS];
	long stamp[SIM_PATHS];
	struct mstash stash[8];
	int nr_stash;
	int *log; /* what HEAD named, oldest first */
	size_t nr_log, cap_log;
	/* an operation that stopped */
	char op[16];
	int todo[64], nr_todo, done_todo;
	int onto, orig_head, merge_head;
	char orig_ref[32];
};

static long tick(struct world *w)
{
	return ++w->tick;
}

static struct oid put_blob(struct world *w, const char *text)
{
	struct oid oid = hash_blob(slice_str(text));

	for (size_t i = 0; i < w->nr_blobs; i++)
		if (oid_eq(&w->blobs[i].oid, &oid))
			return oid;
	MEM_GROW(w->blobs, w->nr_blobs, w->cap_blobs);
	w->blobs[w->nr_blobs++] = (struct mblob){oid, mem_strdup(text)};
	return oid;
}

static const char *blob(struct world *w, const struct oid *oid)
{
	for (size_t i = 0; i < w->nr_blobs; i++)
		if (oid_eq(&w->blobs[i].oid, oid))
			return w->blobs[i].text;
	return NULL;
}

static int new_commit(struct world *w, const struct mtree *tree, int p0, int p1, int author,
		      int committer, long author_time, const char *subject)
{
	struct mcommit c = {.tree = *tree,
			    .author = author,
			    .committer = committer,
			    .author_time = author_time};
	char seed[64];
	struct oid id;

	if (p0 >= 0)
		c.parents[c.nr_parents++] = p0;
	if (p1 >= 0)
		c.parents[c.nr_parents++] = p1;
	snprintf(c.subject, sizeof(c.subject), "%s", subject);
	snprintf(seed, sizeof(seed), "commit %zu %ld", w->nr, tick(w));
	id = hash_sha1(slice_str(seed));
	memcpy(c.id, id.hex, sizeof(c.id));
	MEM_GROW(w->commits, w->nr, w->cap);
	w->commits[w->nr] = c;
	return (int)w->nr++;
}

static int ref_get(const struct sim *s, const char *name)
{
	for (int i = 0; i < s->nr_refs; i++)
		if (strcmp(s->refs[i].name, name) == 0)
			return s->refs[i].commit;
	return -1;
}

static void ref_set_in(struct mref *refs, int *nr, const char *name, int commit)
{
	for (int i = 0; i < *nr; i++) {
		if (strcmp(refs[i].name, name) == 0) {
			refs[i].commit = commit;
			return;
		}
	}
	if (*nr == MAX_REFS)
		return;
	snprintf(refs[*nr].name, sizeof(refs[*nr].name), "%s", name);
	refs[(*nr)++].commit = commit;
}

static int head(const struct sim *s)
{
	return s->head_ref[0] ? ref_get(s, s->head_ref) : s->detached;
}

static void log_head(struct sim *s)
{
	MEM_GROW(s->log, s->nr_log, s->cap_log);
	s->log[s->nr_log++] = head(s);
}

static void move_head(struct sim *s, int commit)
{
	if (s->head_ref[0])
		ref_set_in(s->refs, &s->nr_refs, s->head_ref, commit);
	else
		s->detached = commit;
	log_head(s);
}

static int resolve_rev(const struct sim *s, const char *rev)
{
	char name[64];
	int back = 0, commit;
	char *tilde;

	snprintf(name, sizeof(name), "%s", rev);
	tilde = strchr(name, '~');
	if (tilde) {
		back = atoi(tilde + 1);
		*tilde = '\0';
	}
	commit = strcmp(name, "HEAD") == 0 ? head(s) : ref_get(s, name);
	while (commit >= 0 && back-- > 0)
		commit = s->w->commits[commit].nr_parents ? s->w->commits[commit].parents[0] : -1;
	return commit;
}

static void mark(const struct world *w, bool *m, int c)
{
	if (c < 0)
		return;
	m[c] = true;
	for (int i = c; i >= 0; i--)
		for (int k = 0; m[i] && k < w->commits[i].nr_parents; k++)
			m[w->commits[i].parents[k]] = true;
}

static bool reaches(const struct world *w, int from, int to)
{
	bool *m = mem_alloc(w->nr + 1), yes;

	mark(w, m, from);
	yes = to >= 0 && m[to];
	free(m);
	return yes;
}

static int merge_base(const struct world *w, int a, int b)
{
	bool *ma = mem_alloc(w->nr + 1), *mb = mem_alloc(w->nr + 1);
	int best = -1;

	mark(w, ma, a);
	mark(w, mb, b);
	for (int i = (int)w->nr - 1; i >= 0 && best < 0; i--)
		if (ma[i] && mb[i])
			best = i;
	free(ma);
	free(mb);
	return best;
}

/* --- files ----------------------------------------------------------------------------------- */

static void set_file(struct sim *s, int path, const char *text)
{
	free(s->file[path]);
	s->file[path] = text ? mem_strdup(text) : NULL;
	s->stamp[path] = tick(s->w);
}

static struct oid file_oid(struct sim *s, int path)
{
	return s->file[path] ? put_blob(s->w, s->file[path]) : (struct oid){""};
}

static const struct mtree *tree_of(const struct sim *s, int commit)
{
	static const struct mtree none;

	return commit < 0 ? &none : &s->w->commits[commit].tree;
}

/* Makes index and files show `to`, keeping local changes of paths that do not differ; false:
 * refused. */
static bool check_out(struct sim *s, const struct mtree *from, const struct mtree *to)
{
	for (int i = 0; i < SIM_PATHS; i++) {
		struct oid file = file_oid(s, i);

		if (oid_eq(&from->oid[i], &to->oid[i]))
			continue;
		if (oid_eq(&s->index.oid[i], &to->oid[i]) && oid_eq(&file, &to->oid[i]))
			continue;
		if (!oid_eq(&s->index.oid[i], &from->oid[i]) || !oid_eq(&file, &from->oid[i]))
			return false;
	}
	for (int i = 0; i < SIM_PATHS; i++) {
		if (oid_eq(&from->oid[i], &to->oid[i]))
			continue;
		s->index.oid[i] = to->oid[i];
		set_file(s, i, oid_none(&to->oid[i]) ? NULL : blob(s->w, &to->oid[i]));
	}
	s->index.unrelated = to->unrelated;
	return true;
}

static void check_out_hard(struct sim *s, const struct mtree *to)
{
	for (int i = 0; i < SIM_PATHS; i++) {
		struct oid file = file_oid(s, i);
		bool tracked = !oid_none(&s->index.oid[i]) || !oid_none(&to->oid[i]);

		s->index_unmerged[i] = 0;
		s->index.oid[i] = to->oid[i];
		if (tracked && !oid_eq(&file, &to->oid[i]))
			set_file(s, i, oid_none(&to->oid[i]) ? NULL : blob(s->w, &to->oid[i]));
	}
	s->index.unrelated = to->unrelated;
}

/* --- the port -------------------------------------------------------------------------------- */

static int path_index(const char *path)
{
	for (int i = 0; i < SIM_PATHS; i++)
		if (strcmp(path, sim_path[i]) == 0)
			return i;
	return -1;
}

static int by_id(const struct world *w, const char *id)
{
	for (size_t i = w->nr; i-- > 0;)
		if (strcmp(w->commits[i].id, id) == 0)
			return (int)i;
	return -1;
}

static err_t port_head(void *ctx, struct git_head *out)
{
	struct sim *s = ctx;
	int h = head(s);

	memset(out, 0, sizeof(*out));
	if (h >= 0)
		memcpy(out->commit, s->w->commits[h].id, sizeof(out->commit));
	if (s->head_ref[0])
		snprintf(out->ref, sizeof(out->ref), "refs/heads/%s", s->head_ref);
	snprintf(out->log, sizeof(out->log), "%zu", s->nr_log);
	out->busy = s->op[0] ? s->op : NULL;
	return NULL;
}

static bool port_at_work(void *ctx)
{
	return false;
}

static bool port_index_is_new(void *ctx, int ms, bool wait)
{
	return false;
}

static err_t port_commits(void *ctx, struct strs *out, const char *tip, const struct strs *hide)
{
	struct sim *s = ctx;
	bool *want = mem_alloc(s->w->nr + 1), *skip = mem_alloc(s->w->nr + 1);

	mark(s->w, want, by_id(s->w, tip));
	for (size_t i = 0; i < hide->len; i++)
		mark(s->w, skip, by_id(s->w, hide->at[i]));
	for (size_t i = 0; i < s->w->nr; i++)
		if (want[i] && !skip[i])
			strs_add(out, s->w->commits[i].id);
	free(want);
	free(skip);
	return NULL;
}

static err_t port_commit(void *ctx, struct git_commit *out, const char *id)
{
	struct sim *s = ctx;
	const struct mcommit *c = &s->w->commits[by_id(s->w, id)];

	memset(out, 0, sizeof(*out));
	memcpy(out->id, c->id, sizeof(out->id));
	out->author = mem_printf("dev%d <dev%d@example.org>", c->author, c->author);
	out->subject = mem_strdup(c->subject);
	out->author_time = c->author_time;
	out->mine = c->committer == s->me;
	out->trunk = reaches(s->w, ref_get(s, "main"), by_id(s->w, id)) ||
		     reaches(s->w, ref_get(s, "origin/main"), by_id(s->w, id));
	for (int i = 0; i < c->nr_parents; i++)
		strs_add(&out->parents, s->w->commits[c->parents[i]].id);
	return NULL;
}

static err_t port_changes(void *ctx, struct git_changes *out, const char *id)
{
	struct sim *s = ctx;
	const struct mcommit *c = &s->w->commits[by_id(s->w, id)];
	static const struct mtree none;

	out->at = mem_alloc(SIM_PATHS * sizeof(*out->at));
	out->len = 0;
	for (int i = 0; i < SIM_PATHS; i++) {
		struct git_change ch = {.after = c->tree.oid[i]};
		bool differs = false;

		for (int k = 0; k < (c->nr_parents ? c->nr_parents : 1); k++) {
			const struct mtree *p =
				c->nr_parents ? &s->w->commits[c->parents[k]].tree : &none;

			ch.before[ch.nr_parents++] = p->oid[i];
			differs = differs || !oid_eq(&p->oid[i], &ch.after);
		}
		if (!differs)
			continue;
		ch.path = mem_strdup(sim_path[i]);
		out->at[out->len++] = ch;
	}
	return NULL;
}

static err_t port_merge_base(void *ctx, char out[OID_HEX + 1], const char *a, const char *b)
{
	struct sim *s = ctx;
	int base = merge_base(s->w, by_id(s->w, a), by_id(s->w, b));

	out[0] = '\0';
	if (base >= 0)
		memcpy(out, s->w->commits[base].id, OID_HEX + 1);
	return NULL;
}

static bool port_passed_by(void *ctx, const char *from, const char *to)
{
	struct sim *s = ctx;
	const struct mcommit *at = &s->w->commits[by_id(s->w, to)], *parent;

	for (; strcmp(at->id, from) != 0; at = parent) {
		if (at->nr_parents != 1)
			return false;
		parent = &s->w->commits[at->parents[0]];
		for (int i = 0; i < SIM_PATHS; i++)
			if (!oid_eq(&at->tree.oid[i], &parent->tree.oid[i]))
				return false;
	}
	return true;
}

static bool port_stepped(void *ctx, struct strs *paths, bool *records, const char *from,
			 const char *to, const char *log)
{
	struct sim *s = ctx;
	size_t since = log && log[0] ? strtoul(log, NULL, 10) : 0;
	scoped(strs_release) struct strs chain = {0};
	const struct mcommit *at = &s->w->commits[by_id(s->w, to)], *parent;

	*records = false;
	for (; strs_add(&chain, at->id), strcmp(at->id, from) != 0; at = parent) {
		if (at->nr_parents != 1)
			return false;
		parent = &s->w->commits[at->parents[0]];
		for (int i = 0; i < SIM_PATHS; i++)
			if (!oid_eq(&at->tree.oid[i], &parent->tree.oid[i]))
				strs_add(paths, sim_path[i]);
	}
	for (size_t i = since; i < s->nr_log; i++)
		if (s->log[i] >= 0 && !strs_has(&chain, s->w->commits[s->log[i]].id))
			return false;
	strs_sort(paths);
	return true;
}

static err_t port_in_head(void *ctx, bool *out, const char *commit)
{
	struct sim *s = ctx;

	*out = reaches(s->w, head(s), by_id(s->w, commit));
	return NULL;
}

static err_t port_head_log(void *ctx, struct strs *out, const char *log)
{
	struct sim *s = ctx;
	size_t since = log && log[0] ? strtoul(log, NULL, 10) : 0;

	for (size_t i = s->nr_log; i > since; i--)
		if (s->log[i - 1] >= 0 && !strs_has(out, s->w->commits[s->log[i - 1]].id))
			strs_add(out, s->w->commits[s->log[i - 1]].id);
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct git_entry *)a)->path, ((const struct git_entry *)b)->path);
}

static void entries(struct git_entries *out, const struct mtree *t, const int *unmerged)
{
	out->at = mem_alloc(SIM_PATHS * sizeof(*out->at));
	out->len = 0;
	for (int i = 0; i < SIM_PATHS; i++) {
		if (oid_none(&t->oid[i]) && !(unmerged && unmerged[i]))
			continue;
		out->at[out->len].path = mem_strdup(sim_path[i]);
		out->at[out->len].oid = t->oid[i];
		out->at[out->len++].stage = unmerged && unmerged[i] ? 2 : 0;
	}
	qsort(out->at, out->len, sizeof(*out->at), by_name);
}

static err_t port_tree(void *ctx, struct git_entries *out, const char *commit)
{
	struct sim *s = ctx;

	entries(out, tree_of(s, commit[0] ? by_id(s->w, commit) : -1), NULL);
	return NULL;
}

static err_t port_tree_oid(void *ctx, struct oid *out, const char *commit, const char *path)
{
	struct sim *s = ctx;
	int i = path_index(path);

	*out = i < 0 || !commit[0] ? (struct oid){""} : tree_of(s, by_id(s->w, commit))->oid[i];
	return NULL;
}

static err_t port_index(void *ctx, struct git_entries *out)
{
	struct sim *s = ctx;

	entries(out, &s->index, s->index_unmerged);
	return NULL;
}

static err_t port_blob(void *ctx, char **bytes, size_t *len, const char *oid)
{
	struct sim *s = ctx;
	struct oid id = {""};
	const char *text;

	snprintf(id.hex, sizeof(id.hex), "%s", oid);
	text = blob(s->w, &id);
	if (!text)
		return err_new(ERR_NOTFOUND, "no blob '%s'", oid);
	*bytes = mem_strdup(text);
	*len = strlen(text);
	return NULL;
}

static struct file_stat stat_of(struct sim *s, int i)
{
	struct file_stat st = {0};

	if (i < 0 || !s->file[i])
		return st;
	st.exists = st.regular = true;
	st.size = strlen(s->file[i]);
	st.mtime_ns = st.ctime_ns = s->stamp[i] + 1;
	st.ino = (uint64_t)i + 1;
	return st;
}

static err_t port_files(void *ctx, file_each_fn each, void *each_ctx)
{
	static const int order[SIM_PATHS] = {2, 0, 1}; /* byte order of the paths */
	struct sim *s = ctx;

	for (int k = 0; k < SIM_PATHS; k++) {
		struct file_stat st = stat_of(s, order[k]);

		if (st.exists)
			TRY(each(each_ctx, sim_path[order[k]], &st));
	}
	return NULL;
}

static err_t port_stat(void *ctx, struct file_stat *out, const char *path)
{
	*out = stat_of(ctx, path_index(path));
	return NULL;
}

static err_t port_read(void *ctx, char **bytes, size_t *len, struct file_stat *st, const char *path)
{
	struct sim *s = ctx;
	int i = path_index(path);

	if (i < 0 || !s->file[i])
		return err_new(ERR_NOTFOUND, "no file '%s'", path);
	*bytes = mem_strdup(s->file[i]);
	*len = strlen(s->file[i]);
	if (st)
		*st = stat_of(s, i);
	return NULL;
}

static err_t port_stage(void *ctx, char **tmp, const char *path, struct slice text)
{
	struct sim *s = ctx;

	(void)path;
	s->unsynced = true;
	*tmp = mem_strndup(text.at, text.len);
	return NULL;
}

static err_t port_publish(void *ctx, struct file_stat *out, const char *tmp, const char *path)
{
	struct sim *s = ctx;
	int i = path_index(path);

	BUG_ON(s->unsynced); /* a power cut would leave a file without its text */
	if (i >= 0) /* records of approvals are no part of the model */
		set_file(s, i, tmp);
	*out = stat_of(s, i);
	return NULL;
}

static err_t port_discard(void *ctx, char *tmp)
{
	(void)ctx;
	free(tmp);
	return NULL;
}

static err_t port_remove(void *ctx, const char *path)
{
	if (path_index(path) >= 0)
		set_file(ctx, path_index(path), NULL);
	return NULL;
}

static err_t port_removable(void *ctx, const char *path)
{
	return NULL;
}

static err_t port_sync(void *ctx)
{
	struct sim *s = ctx;

	s->unsynced = false;
	return NULL;
}

/* --- the world ------------------------------------------------------------------------------- */

static void *world_new(int clones, char *const texts[SIM_PATHS])
{
	struct world *w = mem_alloc(sizeof(*w));
	struct mtree tree = {.unrelated = 1};
	int first;

	w->tick = 1000;
	w->kinds = kinds_new();
	for (int i = 0; i < SIM_PATHS; i++)
		if (texts[i])
			tree.oid[i] = put_blob(w, texts[i]);
	first = new_commit(w, &tree, -1, -1, 9, 9, tick(w), "first");
	ref_set_in(w->origin, &w->nr_origin, "main", first);
	w->clones = mem_alloc((size_t)clones * sizeof(*w->clones));
	w->nr_clones = clones;
	for (int c = 0; c < clones; c++) {
		struct sim *s = &w->clones[c];
		static const struct mtree none;

		s->w = w;
		s->me = c;
		snprintf(s->worktree, sizeof(s->worktree), "/clone%d", c);
		ref_set_in(s->refs, &s->nr_refs, "main", first);
		ref_set_in(s->refs, &s->nr_refs, "origin/main", first);
		strcpy(s->head_ref, "main");
		log_head(s);
		check_out(s, &none, &tree);
		s->port = (struct git_port){s,
					    s->worktree,
					    port_head,
					    port_at_work,
					    port_index_is_new,
					    port_commits,
					    port_commit,
					    port_changes,
					    port_merge_base,
					    port_passed_by,
					    port_stepped,
					    port_in_head,
					    port_head_log,
					    port_tree,
					    port_tree_oid,
					    port_index,
					    port_blob,
					    port_files,
					    port_stat,
					    port_read,
					    port_stage,
					    port_publish,
					    port_discard,
					    port_remove,
					    port_removable,
					    port_sync};
	}
	return w;
}

static void world_free(void *world)
{
	struct world *w = world;

	for (int c = 0; c < w->nr_clones; c++) {
		for (int i = 0; i < SIM_PATHS; i++)
			free(w->clones[c].file[i]);
		free(w->clones[c].log);
	}
	for (size_t i = 0; i < w->nr_blobs; i++)
		free(w->blobs[i].text);
	free(w->blobs);
	kinds_free(w->kinds);
	free(w->commits);
	free(w->clones);
	free(w);
}

static struct sim *clone_at(void *world, int me)
{
	return &((struct world *)world)->clones[me];
}

static int origin_ref(const struct world *w, const char *name)
{
	for (int i = 0; i < w->nr_origin; i++)
		if (strcmp(w->origin[i].name, name) == 0)
			return w->origin[i].commit;
	return -1;
}

static int colleague_at(const struct world *w)
{
	int at = origin_ref(w, "colleague");

	return at >= 0 ? at : origin_ref(w, "main");
}

static void colleague(void *world, int path, const char *text)
{
	struct world *w = world;
	int at = colleague_at(w);
	struct mtree tree = w->commits[at].tree;

	tree.oid[path] = put_blob(w, text);
	ref_set_in(w->origin, &w->nr_origin, "colleague",
		   new_commit(w, &tree, at, -1, 8, 8, tick(w), "colleague"));
}

static char *colleague_text(void *world, int path)
{
	struct world *w = world;
	const char *text = blob(w, &w->commits[colleague_at(w)].tree.oid[path]);

	return text ? mem_strdup(text) : NULL;
}

static struct git_port *port(struct sim *s)
{
	return &s->port;
}

static char *file(struct sim *s, int path)
{
	return s->file[path] ? mem_strdup(s->file[path]) : NULL;
}

static void add(struct sim *s, int path)
{
	s->index.oid[path] = file_oid(s, path);
	s->index_unmerged[path] = 0;
}

static bool same_tree(const struct mtree *a, const struct mtree *b)
{
	for (int i = 0; i < SIM_PATHS; i++)
		if (!oid_eq(&a->oid[i], &b->oid[i]))
			return false;
	return a->unrelated == b->unrelated;
}

static bool commit_tree(struct sim *s, const struct mtree *tree, int second, const char *subject)
{
	int h = head(s);

	if (second < 0 && same_tree(tree, tree_of(s, h)))
		return false;
	move_head(s, new_commit(s->w, tree, h, second, s->me, s->me, tick(s->w), subject));
	return true;
}

static void add_tracked(struct sim *s)
{
	for (int i = 0; i < SIM_PATHS; i++)
		if (!oid_none(&s->index.oid[i]))
			add(s, i);
}

static bool commit(struct sim *s, bool all, int only)
{
	if (s->op[0])
		return false;
	if (only >= 0) {
		struct mtree tree = *tree_of(s, head(s));

		if (oid_none(&s->index.oid[only]) && oid_none(&tree.oid[only]))
			return false;
		add(s, only);
		tree.oid[only] = s->index.oid[only];
		return commit_tree(s, &tree, -1, "partial");
	}
	if (all)
		add_tracked(s);
	return commit_tree(s, &s->index, -1, "commit");
}

static bool commit_unrelated(struct sim *s)
{
	if (s->op[0])
		return false;
	s->index.unrelated = (int)tick(s->w);
	return commit_tree(s, &s->index, -1, "unrelated");
}

static bool amend(struct sim *s, bool all)
{
	int h = head(s), c;
	const struct mcommit *old;

	if (s->op[0] || h < 0 || s->w->commits[h].committer != s->me ||
	    s->w->commits[h].nr_parents != 1)
		return false;
	if (all)
		add_tracked(s);
	old = &s->w->commits[h];
	c = new_commit(s->w, &s->index, old->parents[0], -1, old->author, s->me, old->author_time,
		       "amended");
	move_head(s, c);
	return true;
}

static bool branch(struct sim *s, const char *name)
{
	if (s->op[0] || ref_get(s, name) >= 0 || s->nr_refs >= MAX_REFS - 2)
		return false;
	ref_set_in(s->refs, &s->nr_refs, name, head(s));
	snprintf(s->head_ref, sizeof(s->head_ref), "%s", name);
	log_head(s);
	return true;
}

static bool switch_to(struct sim *s, const char *name)
{
	int to = resolve_rev(s, name);

	if (s->op[0] || to < 0 || !check_out(s, tree_of(s, head(s)), tree_of(s, to)))
		return false;
	if (strchr(name, '/') || strchr(name, '~')) {
		s->head_ref[0] = '\0';
		s->detached = to;
	} else {
		snprintf(s->head_ref, sizeof(s->head_ref), "%s", name);
	}
	log_head(s);
	return true;
}

static bool clean(struct sim *s)
{
	const struct mtree *h = tree_of(s, head(s));

	for (int i = 0; i < SIM_PATHS; i++) {
		struct oid f = file_oid(s, i);

		if (!oid_eq(&s->index.oid[i], &h->oid[i]) ||
		    (!oid_none(&h->oid[i]) && !oid_eq(&f, &h->oid[i])))
			return false;
	}
	return true;
}

/* base -> theirs applied to the current tree; files and index follow. true: clean. */
static bool merge_trees(struct sim *s, const struct mtree *base, const struct mtree *theirs)
{
	struct mtree ours = s->index;
	bool ok = true;

	for (int i = 0; i < SIM_PATHS; i++) {
		const char *b, *o, *t;
		struct merge_options options;
		struct merge_result m;

		if (oid_eq(&theirs->oid[i], &base->oid[i]) || oid_eq(&theirs->oid[i], &ours.oid[i]))
			continue;
		if (oid_eq(&ours.oid[i], &base->oid[i])) {
			s->index.oid[i] = theirs->oid[i];
			set_file(s, i,
				 oid_none(&theirs->oid[i]) ? NULL : blob(s->w, &theirs->oid[i]));
			continue;
		}
		if (oid_none(&ours.oid[i]) || oid_none(&theirs->oid[i])) {
			s->index_unmerged[i] = 1;
			ok = false;
			if (oid_none(&ours.oid[i]))
				set_file(s, i, blob(s->w, &theirs->oid[i]));
			continue;
		}
		b = oid_none(&base->oid[i]) ? "" : blob(s->w, &base->oid[i]);
		o = blob(s->w, &ours.oid[i]);
		t = blob(s->w, &theirs->oid[i]);
		options = merge_defaults(kinds_of_path(s->w->kinds, sim_path[i]));
		m = merge3(slice_str(b), slice_str(o), slice_str(t), &options);
		set_file(s, i, m.bytes);
		if (m.clean)
			s->index.oid[i] = put_blob(s->w, m.bytes);
		else
			s->index_unmerged[i] = 1, ok = false;
		merge_result_release(&m);
	}
	if (theirs->unrelated != base->unrelated)
		s->index.unrelated = theirs->unrelated;
	return ok;
}

static bool start(struct sim *s)
{
	if (s->op[0] || !clean(s))
		return false;
	s->orig_head = head(s);
	snprintf(s->orig_ref, sizeof(s->orig_ref), "%s", s->head_ref);
	return true;
}

/* An untracked file in the way makes git refuse. */
static bool in_the_way(struct sim *s, const struct mtree *theirs)
{
	for (int i = 0; i < SIM_PATHS; i++)
		if (oid_none(&s->index.oid[i]) && s->file[i] && !oid_none(&theirs->oid[i]))
			return true;
	return false;
}

static bool merge(struct sim *s, const char *name, bool *stopped)
{
	int theirs = resolve_rev(s, name), base;

	*stopped = false;
	if (theirs < 0 || in_the_way(s, tree_of(s, theirs)) || !start(s) ||
	    reaches(s->w, head(s), theirs))
		return false;
	base = merge_base(s->w, head(s), theirs);
	if (base == head(s)) {
		if (!check_out(s, tree_of(s, head(s)), tree_of(s, theirs)))
			return false;
		move_head(s, theirs);
		return true;
	}
	if (!merge_trees(s, tree_of(s, base), tree_of(s, theirs))) {
		strcpy(s->op, "merge");
		s->merge_head = theirs;
		*stopped = true;
		return true;
	}
	commit_tree(s, &s->index, theirs, "merge");
	return true;
}

/* One commit's change on top of HEAD; back: its reverse. */
static bool replay(struct sim *s, int c, bool back)
{
	const struct mcommit *m = &s->w->commits[c];
	const struct mtree *p = tree_of(s, m->nr_parents ? m->parents[0] : -1);

	return back ? merge_trees(s, &m->tree, p) : merge_trees(s, p, &m->tree);
}

static void commit_replayed(struct sim *s, int c, bool back)
{
	struct mcommit old = s->w->commits[c];
	int author = back ? s->me : old.author;
	long when = back ? tick(s->w) : old.author_time;

	if (same_tree(&s->index, tree_of(s, head(s))))
		return;
	move_head(s, new_commit(s->w, &s->index, head(s), -1, author, s->me, when,
				back ? "revert" : old.subject));
}

static bool go_on(struct sim *s, bool *stopped)
{
	bool back = strcmp(s->op, "revert") == 0;

	while (s->done_todo < s->nr_todo) {
		int c = s->todo[s->done_todo++];

		if (!replay(s, c, back)) {
			*stopped = true;
			return true;
		}
		commit_replayed(s, c, back);
	}
	if (strcmp(s->op, "rebase") == 0 && s->orig_ref[0]) {
		int h = head(s);

		snprintf(s->head_ref, sizeof(s->head_ref), "%s", s->orig_ref);
		ref_set_in(s->refs, &s->nr_refs, s->head_ref, h);
		log_head(s);
	}
	s->op[0] = '\0';
	*stopped = false;
	return true;
}

/* What a commit with one parent changed, wherever it is. */
static void patch_of(struct oid out[SIM_PATHS], struct world *w, int c)
{
	const struct mtree *p = &w->commits[w->commits[c].parents[0]].tree;
	const struct mtree *t = &w->commits[c].tree;

	for (int i = 0; i < SIM_PATHS; i++) {
		const char *from = blob(w, &p->oid[i]), *to = blob(w, &t->oid[i]);

		diff_patch_id(&out[i], slice_of(from ? from : "", from ? strlen(from) : 0),
			      slice_of(to ? to : "", to ? strlen(to) : 0));
	}
}

/* A merge, a root, or a commit that changed other files as well. */
static bool is_mixed(const struct world *w, int c)
{
	const struct mcommit *m = &w->commits[c];

	return m->nr_parents != 1 ||
	       w->commits[m->parents[0]].tree.unrelated != m->tree.unrelated;
}

/* A commit that only `there` has made the same change: git rebase leaves the commit out. */
static bool is_there(struct world *w, int c, const bool *there, const bool *here)
{
	struct oid patch[SIM_PATHS], other[SIM_PATHS];

	if (is_mixed(w, c))
		return false;
	patch_of(patch, w, c);
	for (size_t i = 0; i < w->nr; i++) {
		bool same = there[i] && !here[i] && !is_mixed(w, (int)i);

		if (!same)
			continue;
		patch_of(other, w, (int)i);
		for (int k = 0; k < SIM_PATHS; k++)
			same = same && oid_eq(&patch[k], &other[k]);
		if (same)
			return true;
	}
	return false;
}

static bool rebase(struct sim *s, const char *onto_name, bool *stopped)
{
	int onto = resolve_rev(s, onto_name), base;
	bool *mine, *theirs;

	*stopped = false;
	if (onto < 0 || in_the_way(s, tree_of(s, onto)) || !start(s) ||
	    reaches(s->w, head(s), onto))
		return false;
	base = merge_base(s->w, head(s), onto);
	mine = mem_alloc(s->w->nr + 1);
	theirs = mem_alloc(s->w->nr + 1);
	mark(s->w, mine, head(s));
	mark(s->w, theirs, onto);
	s->nr_todo = s->done_todo = 0;
	for (size_t i = 0; i < s->w->nr && s->nr_todo < 64; i++)
		if (mine[i] && !theirs[i] && s->w->commits[i].nr_parents == 1 &&
		    !is_there(s->w, (int)i, theirs, mine))
			s->todo[s->nr_todo++] = (int)i;
	free(mine);
	free(theirs);
	(void)base;
	if (!check_out(s, tree_of(s, head(s)), tree_of(s, onto)))
		return false;
	s->head_ref[0] = '\0';
	s->detached = onto;
	log_head(s);
	strcpy(s->op, "rebase");
	return go_on(s, stopped);
}

static bool one(struct sim *s, const char *rev, const char *op, bool *stopped)
{
	int c = resolve_rev(s, rev);

	*stopped = false;
	if (c < 0 || s->w->commits[c].nr_parents != 1 || !start(s))
		return false;
	s->todo[0] = c;
	s->nr_todo = 1;
	s->done_todo = 0;
	strcpy(s->op, op);
	return go_on(s, stopped);
}

static bool cherry_pick(struct sim *s, const char *rev, bool *stopped)
{
	return one(s, rev, "cherry-pick", stopped);
}

static bool revert(struct sim *s, const char *rev, bool *stopped)
{
	return one(s, rev, "revert", stopped);
}

static void do_abort(struct sim *s)
{
	if (!s->op[0])
		return;
	check_out_hard(s, tree_of(s, s->orig_head));
	if (strcmp(s->op, "rebase") == 0) {
		snprintf(s->head_ref, sizeof(s->head_ref), "%s", s->orig_ref);
		if (!s->head_ref[0])
			s->detached = s->orig_head;
	} else if (head(s) != s->orig_head) {
		move_head(s, s->orig_head);
	}
	log_head(s);
	s->op[0] = '\0';
}

/* Both sides of every conflict, markers taken out. */
static char *without_markers(const char *text)
{
	struct slice rest = slice_str(text), line;
	struct mem_stream out;
	size_t len;

	mem_stream_open(&out);
	while (slice_line(&rest, &line))
		if (line.len < 7 ||
		    (strncmp(line.at, "<<<<<<<", 7) && strncmp(line.at, "=======", 7) &&
		     strncmp(line.at, ">>>>>>>", 7) && strncmp(line.at, "|||||||", 7)))
			fwrite(line.at, 1, line.len, out.file);
	return mem_stream_close(&out, &len);
}

static bool do_resolve(struct sim *s)
{
	bool stopped = false;

	if (!s->op[0])
		return false;
	for (int i = 0; i < SIM_PATHS; i++) {
		if (!s->index_unmerged[i])
			continue;
		if (s->file[i]) {
			scoped_free char *text = without_markers(s->file[i]);

			set_file(s, i, text);
		}
		add(s, i);
	}
	if (strcmp(s->op, "merge") == 0) {
		s->op[0] = '\0';
		return commit_tree(s, &s->index, s->merge_head, "merge");
	}
	commit_replayed(s, s->todo[s->done_todo - 1], strcmp(s->op, "revert") == 0);
	go_on(s, &stopped);
	return true;
}

static bool reset(struct sim *s, enum sim_reset how, const char *rev)
{
	int to = resolve_rev(s, rev);

	if (s->op[0] || to < 0)
		return false;
	if (how == SIM_HARD)
		check_out_hard(s, tree_of(s, to));
	else if (how == SIM_MIXED)
		s->index = *tree_of(s, to);
	move_head(s, to);
	return true;
}

static bool stash(struct sim *s)
{
	struct mtree t = *tree_of(s, head(s));
	bool any = false;

	if (s->op[0] || s->nr_stash == 8)
		return false;
	for (int i = 0; i < SIM_PATHS; i++) {
		if (oid_none(&s->index.oid[i]) && oid_none(&t.oid[i]))
			continue; /* untracked */
		t.oid[i] = file_oid(s, i);
		any = any || !oid_eq(&t.oid[i], &tree_of(s, head(s))->oid[i]) ||
		      !oid_eq(&s->index.oid[i], &tree_of(s, head(s))->oid[i]);
	}
	if (!any)
		return false;
	s->stash[s->nr_stash++] = (struct mstash){head(s), t};
	check_out_hard(s, tree_of(s, head(s)));
	return true;
}

static bool pop(struct sim *s)
{
	struct mstash *st;
	struct mtree before = s->index;

	if (s->op[0] || !s->nr_stash || !clean(s))
		return false;
	st = &s->stash[s->nr_stash - 1];
	if (in_the_way(s, &st->tree))
		return false;
	if (!merge_trees(s, tree_of(s, st->base), &st->tree)) {
		/* conflicts: this user undoes it and keeps the stash */
		check_out_hard(s, tree_of(s, head(s)));
		return false;
	}
	s->index = before;
	for (int i = 0; i < SIM_PATHS; i++) /* a file that the stash adds is staged */
		if (oid_none(&before.oid[i]) && !oid_none(&st->tree.oid[i]))
			add(s, i);
	s->nr_stash--;
	return true;
}

static bool restore(struct sim *s, int path, const char *from)
{
	int c = resolve_rev(s, from ? from : "HEAD");
	const struct oid *oid;

	if (s->op[0] || c < 0)
		return false;
	oid = &tree_of(s, c)->oid[path];
	if (oid_none(oid))
		return false;
	s->index.oid[path] = *oid;
	set_file(s, path, blob(s->w, oid));
	return true;
}

static bool push(struct sim *s)
{
	int theirs = -1;
	char name[48];

	if (!s->head_ref[0] || s->op[0])
		return false;
	for (int i = 0; i < s->w->nr_origin; i++)
		if (strcmp(s->w->origin[i].name, s->head_ref) == 0)
			theirs = s->w->origin[i].commit;
	if (theirs >= 0 && !reaches(s->w, head(s), theirs))
		return false;
	ref_set_in(s->w->origin, &s->w->nr_origin, s->head_ref, head(s));
	snprintf(name, sizeof(name), "origin/%s", s->head_ref);
	ref_set_in(s->refs, &s->nr_refs, name, head(s));
	return true;
}

static bool fetch(struct sim *s)
{
	for (int i = 0; i < s->w->nr_origin; i++) {
		char name[48];

		snprintf(name, sizeof(name), "origin/%s", s->w->origin[i].name);
		ref_set_in(s->refs, &s->nr_refs, name, s->w->origin[i].commit);
	}
	return true;
}

static const char *current(struct sim *s)
{
	return s->head_ref;
}

static const char *busy(struct sim *s)
{
	return s->op[0] ? s->op : NULL;
}

static char *show(struct sim *s, const char *rev, int path)
{
	int c = resolve_rev(s, rev);
	const char *text = c < 0 ? NULL : blob(s->w, &tree_of(s, c)->oid[path]);

	return text ? mem_strdup(text) : NULL;
}

static bool in_head(struct sim *s, const char *rev)
{
	int c = resolve_rev(s, rev);

	return c >= 0 && reaches(s->w, head(s), c);
}

const struct sim_ops sim_model = {
	"model",	world_new, world_free, clone_at, port,	 colleague,
	colleague_text, file,	   set_file,   add,	 commit, commit_unrelated,
	amend,		branch,	   switch_to,  merge,	 rebase, cherry_pick,
	revert,		do_abort,  do_resolve, reset,	 stash,	 pop,
	restore,	push,	   fetch,      current,	 busy,	 show,
	in_head,
};
