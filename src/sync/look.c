#include "sync/look.h"
#include "sync/hand.h"
#include "artifact/artifact.h"
#include "artifact/label.h"
#include "sync/find.h"
#include "sync/judge_facts.h"
#include "sync/ongoing.h"
#include "util/clock.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How long a git may take between its index and its HEAD. */
#define SETTLE_KNOWN_MS 500
#define SETTLE_NEW_MS	100

/* A file that changed within this span of being looked at may change again unnoticed. */
#define RACY_NS 20000000

static void view_release(struct look_view *v)
{
	git_entries_release(&v->tree);
	git_entries_release(&v->index);
	seens_release(&v->seens);
	strs_release(&v->log);
	for (size_t i = 0; i < v->nr_files; i++)
		free(v->files[i].path);
	free(v->files);
}

static err_t add_file(void *ctx, const char *path, const struct file_stat *stat)
{
	struct look_view *v = ctx;

	MEM_GROW(v->files, v->nr_files, v->cap_files);
	v->files[v->nr_files++] = (struct look_file){mem_strdup(path), *stat};
	return NULL;
}

static bool unmerged(const struct look_view *v, const char *path)
{
	for (size_t i = 0; i < v->index.len; i++)
		if (v->index.at[i].stage && strcmp(v->index.at[i].path, path) == 0)
			return true;
	return false;
}

static err_t head_text(struct oid *out, struct look_view *v, const char *path,
		       const struct seen *seen)
{
	const struct git_entry *entry;

	if (!v->moved && seen) {
		*out = seen->head;
		return NULL;
	}
	if (!v->have_tree)
		return v->e->git->tree_oid(v->e->git->ctx, out, v->head->commit, path);
	entry = find_entry(&v->tree, path);
	*out = entry ? entry->oid : (struct oid){""};
	return NULL;
}

static err_t remember(struct look_view *v, struct seen *s, const struct file_stat *stat)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	s->stat = *stat;
	if (stat->mtime_ns > (int64_t)now.tv_sec * 1000000000 + now.tv_nsec - RACY_NS)
		s->stat.mtime_ns = 0;
	return store_seen_put(v->e->store, v->e->git->worktree, s);
}

err_t look_wrote(struct engine *e, const char *path, const struct oid *oid, const struct oid *head,
		 const struct file_stat *stat)
{
	struct look_view v = {.e = e};
	struct seen s = {.path = (char *)path, .file = *oid, .head = *head};

	return remember(&v, &s, stat);
}

/* --- what the file says ---------------------------------------------------------------------- */

static err_t leave(struct look_view *v, struct seen *seen, const char *path)
{
	struct left l = {(char *)path, (char *)"", (char *)""};

	seen->left = true;
	v->r->left++;
	return store_left_put(v->e->store, v->e->git->worktree, &l);
}

/* The same label at another path whose file is gone: the file is being moved. */
static err_t moves_elsewhere(bool *out, struct look_view *v, const char *path)
{
	scoped(arts_release) struct arts same = {0};
	const struct kind *kind = kinds_of_path(v->e->kinds, path);
	struct art_filter f = {.kind = kind ? kind->name : ""};
	struct label label;

	*out = false;
	if (!label_of_path(&label, path))
		return NULL;
	f.label = label.text;
	TRY(store_art_list(&same, v->e->store, &f));
	for (size_t i = 0; i < same.len && !*out; i++) {
		struct file_stat stat;

		TRY(v->e->git->stat(v->e->git->ctx, &stat, same.at[i].path));
		*out = !stat.exists;
	}
	return NULL;
}

static err_t readable(bool *ok, char **text, size_t *len, struct file_stat *stat,
		      struct look_view *v, const char *path)
{
	err_t err = v->e->git->read(v->e->git->ctx, text, len, stat, path);

	*ok = false;
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	if (err) {
		report_problem(v->r, "%s", err->text);
		v->r->refused++;
		err_free(err);
		return NULL;
	}
	if (memchr(*text, '\0', *len)) {
		report_problem(v->r, "%s: contains NUL bytes, not imported", path);
		v->r->refused++;
		return NULL;
	}
	*ok = true;
	return NULL;
}

static err_t create_from_file(struct look_view *v, const char *path, struct slice text)
{
	struct act act = {HOW_HAND, v->e->who, v->e->now, "first import"};
	char uid[UID_LEN + 1];

	v->r->created++;
	return loaded_create(uid, v->e, NULL, path, text, &act);
}

/* The file shows what was put into a conflict before: git took it back, or it goes on from there.
 */
static err_t look_with_conflict(bool *handled, struct look_view *v, struct loaded *l,
				const struct oid *f0, const struct oid *file,
				const struct oid *head, struct slice text)
{
	scoped(conflict_release) struct conflict c = {0};
	struct act act = {HOW_HAND, v->e->who, v->e->now, ""};
	bool have = false, settled;

	*handled = false;
	TRY(ongoing_get(&have, &c, l));
	if (!have || !oid_eq(f0, &c.theirs) || oid_eq(file, f0))
		return NULL;
	if (oid_eq(file, head) && strcmp(c.source, "file") == 0) {
		*handled = true;
		v->r->discarded++;
		return store_conflict_drop(v->e->store, l->art.uid);
	}
	if (loaded_knows(l, file))
		return NULL;
	*handled = true;
	TRY(ongoing_step(&settled, l, &c, NULL, file, text, NULL, &act, "file"));
	v->r->changed += settled;
	return NULL;
}

/* A file on its way through a look. */
struct look {
	const char *path;
	const struct seen *old; /* NULL: never looked at here */
	struct slice text;
	struct file_stat stat;
	struct oid file, head, last; /* F, H, F0 */
	struct file_facts facts;
	bool handled; /* by the conflict that is recorded */
	struct seen now;
};

static err_t find_art(bool *have, struct loaded *l, struct look_view *v, const char *path)
{
	scoped(art_release) struct art art = {0};
	err_t err = store_art_at(&art, v->e->store, path);

	*have = !err;
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	return loaded_open(l, v->e, art.uid);
}

/* mtime is not kept of a file that was seen right after it was written; with the same text, the
 * others tell as well whether anybody wrote it since. */
static bool same_inode(const struct file_stat *a, const struct file_stat *b)
{
	return a->size == b->size && a->ctime_ns == b->ctime_ns && a->ino == b->ino;
}

static err_t gather_facts(struct look *k, struct loaded *l, struct look_view *v)
{
	struct file_facts *f = &k->facts;
	const struct seen *old = k->old;

	TRY(hand_index(v));
	TRY(find_art(&f->have, l, v, k->path));
	/* what waited was not remembered, nor that HEAD moved under it */
	if (f->have && l->art.conflict && !v->moved)
		TRY(v->e->git->tree_oid(v->e->git->ctx, &k->head, v->head->commit, k->path));
	f->exists = true;
	f->blocked = unmerged(v, k->path) || artifact_has_markers(k->text);
	f->seen = old != NULL;
	f->in_head = !oid_none(&k->head);
	f->is_head = f->in_head && oid_eq(&k->file, &k->head);
	k->last = old ? old->file : k->head;
	if (!f->have)
		return moves_elsewhere(&f->elsewhere, v, k->path);
	if (old && v->moved && f->in_head)
		TRY(hand_began_at(&k->last, v, l, k->text, old, &k->head));
	/* never touched since: no edit, whatever HEAD says now */
	if (old && oid_eq(&k->file, &old->file) && same_inode(&k->stat, &old->stat))
		k->last = k->file;
	f->is_last = oid_eq(&k->file, &k->last);
	f->last_known = loaded_knows(l, &k->last);
	if (!f->last_known && f->in_head && oid_eq(&k->last, &k->head))
		TRY(judge_is_settled(&f->last_known, v->e, v->head->commit));
	f->file_known = loaded_knows(l, &k->file);
	if (old && !oid_eq(&old->file, &k->file))
		TRY(hand_is_open(&f->hand_open, v, l, old));
	if (old && f->is_head && !oid_eq(&old->file, &k->file))
		TRY(hand_taken_back(v, l, old, &k->file));
	if (f->blocked || !old)
		return NULL;
	return look_with_conflict(&k->handled, v, l, &k->last, &k->file, &k->head, k->text);
}

/* Files and index show one text and HEAD another: staged, or on the way to another branch. A text
 * that was here before is rather that, and takes an edit back if it is not. */
static void doubt(const struct look *k, struct look_view *v)
{
	const struct git_entry *entry = find_entry(&v->index, k->path);
	int ms = k->facts.file_known ? SETTLE_KNOWN_MS : SETTLE_NEW_MS;

	if (entry && !entry->stage && oid_eq(&entry->oid, &k->file) && !k->facts.is_head &&
	    v->r->settle_ms < ms)
		v->r->settle_ms = ms;
}

static err_t act_on(bool *waits, struct look *k, struct loaded *l, struct look_view *v)
{
	enum file_verdict verdict = plan_file(&k->facts);

	if (verdict == FILE_CREATE || verdict == FILE_EDIT || verdict == FILE_EDIT_HEAD)
		doubt(k, v);

	*waits = verdict == FILE_WAIT;
	switch (verdict) {
	case FILE_WAIT:
	case FILE_NOTHING:
		return NULL;
	case FILE_CREATE:
		return create_from_file(v, k->path, k->text);
	case FILE_EDIT:
		BUG_ON(!k->old);
		return hand_take(waits, v, l, &k->now, &k->last, &k->file, k->text,
				 k->facts.hand_open && oid_eq(&k->last, &k->old->file));
	case FILE_EDIT_HEAD:
		return hand_take(waits, v, l, &k->now, &k->head, &k->file, k->text, false);
	case FILE_DISCARD:
		return hand_discard(v, l, &k->now, k->text);
	case FILE_LEFT:
	default:
		return leave(v, &k->now, k->path);
	}
}

/* An edit by hand is remembered until it is in a commit, or until something else happened to the
 * file. */
static void settle_hand(struct look *k)
{
	bool edited = !k->handled && !k->facts.is_head && !rev_none(&k->now.hand_rev) &&
		      (!k->old || !rev_eq(&k->now.hand_rev, &k->old->hand_rev));

	if ((k->handled || !oid_eq(&k->file, &k->now.file)) && !edited) {
		k->now.hand_from = (struct oid){""};
		k->now.hand_rev = (struct rev_id){""};
	}
}

/* A file that cannot be read as an artifact: named once, and again when it changes. */
static err_t remember_refused(struct look_view *v, const char *path, const struct seen *old,
			      const struct oid *head)
{
	struct seen now = {.path = (char *)path, .head = *head, .left = true};
	struct file_stat stat;

	TRY(v->e->git->stat(v->e->git->ctx, &stat, path));
	if (!stat.exists)
		return NULL;
	if (old) {
		now = *old;
		now.path = (char *)path;
		now.head = *head;
		now.left = true;
	}
	return remember(v, &now, &stat);
}

/* A name that no artifact may have: no further question is asked about it. */
static err_t check_name(bool *ok, struct look_view *v, const struct look_file *file,
			const struct seen *old)
{
	struct seen now = {.path = file->path, .left = true};
	err_t err = kinds_check_path(v->e->kinds, file->path);

	*ok = !err;
	if (!err)
		return NULL;
	report_problem(v->r, "%s", err->text);
	v->r->refused++;
	err_free(err);
	return old && look_same_stat(&file->stat, &old->stat) ? NULL
							      : remember(v, &now, &file->stat);
}

static err_t look_at(struct look_view *v, const char *path, const struct seen *old)
{
	scoped(loaded_close) struct loaded l = {0};
	scoped_free char *bytes = NULL;
	struct look k = {.path = path, .old = old, .now = {.path = (char *)path}};
	size_t len = 0;
	bool ok, waits = false;

	TRY(head_text(&k.head, v, path, old));
	TRY(readable(&ok, &bytes, &len, &k.stat, v, path));
	if (!ok)
		return remember_refused(v, path, old, &k.head);
	k.text = slice_of(bytes, len);
	k.file = hash_blob(k.text);
	if (old) {
		k.now.file = old->file;
		k.now.hand_from = old->hand_from;
		k.now.hand_rev = old->hand_rev;
	}
	TRY(gather_facts(&k, &l, v));
	if (!k.handled) {
		TRY(act_on(&waits, &k, &l, v));
		if (waits)
			return NULL;
	}
	settle_hand(&k);
	k.now.file = k.file;
	k.now.head = k.head;
	return remember(v, &k.now, &k.stat);
}

/* A file that did not change, but somebody asks for all that is refused. */
static err_t name_again(struct look_view *v, const char *path)
{
	scoped_free char *bytes = NULL;
	struct file_stat stat;
	size_t len;
	bool ok;

	return readable(&ok, &bytes, &len, &stat, v, path);
}

/* The rows of some files, by path. */
static err_t gather_rows(struct look_view *v, const struct strs *paths)
{
	v->seens.at = mem_alloc((paths->len + 1) * sizeof(*v->seens.at));
	for (size_t i = 0; i < paths->len; i++) {
		err_t err = store_seen_get(&v->seens.at[v->seens.len], v->e->store,
					   v->e->git->worktree, paths->at[i]);

		if (!err)
			v->seens.len++;
		else if (err->code == ERR_NOTFOUND)
			err_free(err);
		else
			return err;
	}
	return NULL;
}

static err_t gather_some(struct look_view *v, const struct strs *asked)
{
	scoped(strs_release) struct strs paths = {0};

	for (size_t i = 0; i < asked->len; i++)
		strs_add(&paths, asked->at[i]);
	strs_sort(&paths);
	TRY(gather_rows(v, &paths));
	for (size_t i = 0; i < paths.len; i++) {
		struct file_stat stat;

		TRY(v->e->git->stat(v->e->git->ctx, &stat, paths.at[i]));
		if (stat.exists)
			TRY(add_file(v, paths.at[i], &stat));
	}
	return NULL;
}

static err_t gather(struct look_view *v, const struct strs *paths)
{
	if (!paths)
		TRY(store_seen_list(&v->seens, v->e->store, v->e->git->worktree));
	return paths ? gather_some(v, paths) : v->e->git->files(v->e->git->ctx, add_file, v);
}

/* HEAD moved under files that did not change: only what HEAD says for them is new. */
static err_t refresh_heads(struct look_view *v)
{
	for (size_t i = 0; i < v->seens.len; i++) {
		struct seen *s = &v->seens.at[i];
		struct file_stat stat;
		struct oid head;

		TRY(head_text(&head, v, s->path, s));
		if (oid_eq(&head, &s->head) || !kinds_have_path(v->e->kinds, s->path))
			continue;
		TRY(v->e->git->stat(v->e->git->ctx, &stat, s->path));
		if (stat.exists)
			continue; /* looked at as a file */
		s->head = head;
		TRY(store_seen_put(v->e->store, v->e->git->worktree, s));
	}
	return NULL;
}

static err_t look_or_name(struct look_view *v, const struct look_file *file,
			  const struct seen *old, bool head_same)
{
	bool same = old && look_same_stat(&file->stat, &old->stat), ok;

	if (same && head_same && !(v->e->name_refused && old->left))
		return NULL;
	TRY(check_name(&ok, v, file, old));
	if (!ok)
		return NULL;
	return same && head_same ? name_again(v, file->path) : look_at(v, file->path, old);
}

err_t look_files(struct report *r, struct engine *e, const struct git_head *head,
		 const struct tree_mark *before, const struct strs *paths)
{
	scoped(view_release) struct look_view v = {.e = e, .r = r, .head = head, .before = before};

	v.moved = strcmp(head->commit, before->head) != 0 ||
		  strcmp(head->log, before->log ? before->log : "") != 0;
	if (v.moved)
		TRY(hand_went_forward(&v.forward, e, before->head, head->commit));
	v.have_tree = v.moved && !paths;
	if (v.have_tree)
		TRY(e->git->tree(e->git->ctx, &v.tree, head->commit));
	TRY(gather(&v, paths));
	for (size_t i = 0; i < v.nr_files; i++) {
		const struct look_file *file = &v.files[i];
		const struct seen *old = find_seen(&v.seens, file->path);
		struct oid now = {""};

		if (old)
			TRY(head_text(&now, &v, file->path, old));
		TRY(look_or_name(&v, file, old, old && oid_eq(&now, &old->head)));
		engine_progress(e, "Comparing files", i + 1, v.nr_files);
	}
	return v.moved ? refresh_heads(&v) : NULL;
}
