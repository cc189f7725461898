#include "sync/look.h"
#include "artifact/artifact.h"
#include "artifact/label.h"
#include "merge/merge.h"
#include "sync/loaded.h"
#include "util/clock.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A file that changed within this span of being looked at may change again unnoticed. */
#define RACY_NS 20000000

struct found {
	char *path;
	struct file_stat stat;
};

struct view {
	struct engine *e;
	struct report *r;
	const struct git_head *head;
	const struct tree_mark *before;
	bool moved;			/* HEAD is not what it was, or moved and came back */
	struct git_entries tree;	/* HEAD's, when moved */
	struct git_entries index;
	bool have_index;
	struct seens seens;
	struct found *files;
	size_t nr_files, cap_files;
	struct strs log;		/* commits that HEAD named since */
	bool have_log;
};

static void view_release(struct view *v)
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
	struct view *v = ctx;

	MEM_GROW(v->files, v->nr_files, v->cap_files);
	v->files[v->nr_files++] = (struct found){mem_strdup(path), *stat};
	return NULL;
}

static const struct git_entry *entry_at(const struct git_entries *list, const char *path)
{
	size_t lo = 0, hi = list->len;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int cmp = strcmp(list->at[mid].path, path);

		if (cmp == 0)
			return &list->at[mid];
		if (cmp < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static struct seen *seen_at(const struct seens *list, const char *path)
{
	size_t lo = 0, hi = list->len;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int cmp = strcmp(list->at[mid].path, path);

		if (cmp == 0)
			return &list->at[mid];
		if (cmp < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static bool same_stat(const struct file_stat *a, const struct file_stat *b)
{
	return b->mtime_ns && a->size == b->size && a->mtime_ns == b->mtime_ns &&
	       a->ctime_ns == b->ctime_ns && a->ino == b->ino;
}

static err_t load_index(struct view *v)
{
	if (v->have_index)
		return NULL;
	v->have_index = true;
	return v->e->git->index(v->e->git->ctx, &v->index);
}

static bool unmerged(const struct view *v, const char *path)
{
	for (size_t i = 0; i < v->index.len; i++)
		if (v->index.at[i].stage && strcmp(v->index.at[i].path, path) == 0)
			return true;
	return false;
}

static err_t head_text(struct oid *out, struct view *v, const char *path, const struct seen *seen)
{
	const struct git_entry *entry;

	if (!v->moved && seen) {
		*out = seen->head;
		return NULL;
	}
	if (!v->moved)
		return v->e->git->tree_oid(v->e->git->ctx, out, v->head->commit, path);
	entry = entry_at(&v->tree, path);
	*out = entry ? entry->oid : (struct oid){""};
	return NULL;
}

static err_t remember(struct view *v, struct seen *s, const struct file_stat *stat)
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
	struct view v = {.e = e};
	struct seen s = {.path = (char *)path, .file = *oid, .head = *head};

	return remember(&v, &s, stat);
}

/* --- an edit by hand that git took back ------------------------------------------------------------ */

/* Is the change from -> to part of what some commit since the last look has at path? */
static err_t in_some_commit(bool *out, struct view *v, struct loaded *l, const struct seen *seen)
{
	struct slice from, to;

	*out = false;
	if (!v->moved)
		return NULL;
	if (!v->have_log) {
		v->have_log = true;
		TRY(v->e->git->head_log(v->e->git->ctx, &v->log, v->before->log));
	}
	TRY(loaded_text(&from, l, &seen->hand_from));
	TRY(loaded_text(&to, l, &seen->file));
	for (size_t i = 0; i < v->log.len && !*out; i++) {
		scoped_free char *text = NULL;
		size_t len;
		struct oid oid = {""};

		TRY(v->e->git->tree_oid(v->e->git->ctx, &oid, v->log.at[i], seen->path));
		if (oid_none(&oid))
			continue;
		TRY(v->e->git->blob(v->e->git->ctx, &text, &len, oid.hex));
		*out = plan_contains(from, to, slice_of(text, len), l->kind);
	}
	return NULL;
}

static err_t published(bool *out, struct loaded *l, const struct rev_id *rev)
{
	scoped(base_release) struct base base = {0};
	int at, pushed;

	TRY(store_base_get(&base, l->engine->store, l->art.uid));
	at = graph_find(&l->graph, rev);
	pushed = graph_find(&l->graph, &base.revision);
	*out = at >= 0 && pushed >= 0 && graph_is_ancestor(&l->graph, at, pushed);
	if (*out)
		return NULL;
	{
		scoped(outbox_release) struct outbox out_rows = {0};

		TRY(store_outbox_list(&out_rows, l->engine->store));
		for (size_t i = 0; i < out_rows.len && !*out; i++) {
			int sent = graph_find(&l->graph, &out_rows.at[i].revision);

			*out = strcmp(out_rows.at[i].uid, l->art.uid) == 0 && at >= 0 && sent >= 0 &&
			       graph_is_ancestor(&l->graph, at, sent);
		}
	}
	return NULL;
}

static err_t hand_is_open(bool *out, struct view *v, struct loaded *l, const struct seen *seen)
{
	bool yes;

	*out = false;
	if (rev_none(&seen->hand_rev))
		return NULL;
	TRY(published(&yes, l, &seen->hand_rev));
	if (!yes)
		TRY(in_some_commit(&yes, v, l, seen));
	*out = !yes;
	return NULL;
}

/*
 * The revisions that the edit made, from the one it began on up to W, when they are all there is:
 * then W goes back to where they began, and nobody ever sees them but the history.
 */
static int chain_start(const struct loaded *l, const struct seen *seen)
{
	int at = l->w;

	if (!rev_eq(&l->art.head, &seen->hand_rev))
		return -1;
	while (at >= 0 && l->graph.at[at].how == HOW_HAND && l->graph.parent[at][1] < 0) {
		int parent = l->graph.parent[at][0];

		if (parent >= 0 && oid_eq(&l->graph.at[parent].oid, &seen->hand_from))
			return parent;
		at = parent;
	}
	return -1;
}

static err_t discard(struct view *v, struct loaded *l, struct seen *seen, struct slice text)
{
	int start = chain_start(l, seen);
	struct act act = {HOW_DISCARD, v->e->who, v->e->now, "taken back in the work tree"};
	struct slice began, edited;
	scoped_free char *left = NULL;
	size_t len;
	struct oid to;
	struct change c = {.from_rev = FROM_TEXT, .from = &seen->file, .to = &to};
	struct plan_ctx ctx = loaded_plan(l);
	struct step s = {0};
	bool conflict;

	TRY(loaded_text(&began, l, &seen->hand_from));
	TRY(loaded_text(&edited, l, &seen->file));
	left = plan_left_of_edit(&len, began, edited, text, l->kind);
	c.to_text = slice_of(left, len);
	to = hash_blob(c.to_text);
	if (oid_eq(&to, &seen->file))
		return NULL;
	v->r->discarded++;
	if (start >= 0 && oid_eq(&to, &seen->hand_from))
		return loaded_set_head(l, &l->graph.at[start].id);
	TRY(plan_change(&s, &ctx, &c, &act));
	conflict = s.what == STEP_CONFLICT;
	if (!conflict) {
		err_t err = loaded_take(l, &s, "file");

		step_release(&s);
		return err;
	}
	/* The text went on since: what was taken back by hand stays in it, and is named. */
	step_release(&s);
	report_note(v->r, "%s: the edit that was taken back in the work tree is part of later edits and stays",
		    l->art.path);
	return NULL;
}

/* --- what the file says ------------------------------------------------------------------------------ */

static err_t conflict_at(bool *have, struct conflict *c, struct loaded *l)
{
	err_t err = store_conflict_get(c, l->engine->store, l->art.uid);

	*have = !err;
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	return err;
}

/* The file goes on from the other side of a recorded conflict: try again with what it shows now. */
static err_t continue_conflict(struct view *v, struct loaded *l, struct conflict *c, struct slice text)
{
	struct merge_options options = {.kind = l->kind};
	struct slice base, w_text;
	struct merge_result m;
	struct step s = {.what = STEP_CONFLICT, .nr = 1};
	struct revision *r = &s.revs[0];
	err_t err;

	TRY(loaded_text(&base, l, &c->base));
	TRY(loaded_text(&w_text, l, &l->art.oid));
	m = merge3(base, w_text, text, &options);
	r->oid = hash_blob(text);
	r->how = HOW_HAND;
	r->time = v->e->now;
	r->parents[0] = c->revs[c->nr_revs - 1].id;
	r->path = mem_strdup(l->art.path);
	r->author = mem_strdup(v->e->who);
	r->message = mem_strdup("");
	revision_seal(r, l->art.uid);
	s.text[0] = mem_dup(text.at, text.len);
	s.len[0] = text.len;
	s.theirs = r->oid;
	s.theirs_rev = r->id;
	s.theirs_path = mem_strdup(l->art.path);
	s.base = mem_dup(base.at, base.len);
	s.base_len = base.len;
	if (m.clean && !oid_none(&l->art.oid)) {
		struct revision *j = &s.revs[s.nr];

		j->oid = hash_blob(slice_of(m.bytes, m.len));
		j->how = HOW_MERGE;
		j->time = v->e->now;
		j->parents[0] = l->art.head;
		j->parents[1] = r->id;
		j->path = mem_strdup(l->art.path);
		j->author = mem_strdup(v->e->who);
		j->message = mem_strdup("");
		revision_seal(j, l->art.uid);
		s.text[s.nr] = mem_dup(m.bytes, m.len);
		s.len[s.nr++] = m.len;
		s.what = STEP_FORWARD;
		s.head = j->id;
	}
	merge_result_release(&m);
	err = s.what == STEP_FORWARD ? store_conflict_drop(v->e->store, l->art.uid) : NULL;
	if (!err)
		err = loaded_take(l, &s, "file");
	if (!err && s.what == STEP_FORWARD)
		v->r->changed++;
	step_release(&s);
	return err;
}

static err_t hand_edit(struct view *v, struct loaded *l, struct seen *seen, const struct oid *from,
		       const struct oid *file, struct slice text, bool chain_open)
{
	struct act act = {HOW_HAND, v->e->who, v->e->now, ""};
	struct change c = {.from_rev = FROM_TEXT, .from = from, .to = file, .to_text = text};
	struct plan_ctx ctx = loaded_plan(l);
	struct step s = {0};
	struct rev_id rev;
	bool forward;
	err_t err;

	TRY(plan_change(&s, &ctx, &c, &act));
	rev = s.revs[0].id;
	forward = s.what == STEP_FORWARD;
	err = loaded_take(l, &s, "file");
	step_release(&s);
	TRY(err);
	if (forward) {
		v->r->changed++;
		if (!chain_open)
			seen->hand_from = *from;
		seen->hand_rev = rev;
	} else {
		v->r->conflicts++;
		report_note(v->r, "%s: the file and the workspace were edited in the same place", l->art.path);
		seen->hand_from = (struct oid){""};
		seen->hand_rev = (struct rev_id){""};
	}
	return NULL;
}

static err_t leave(struct view *v, struct seen *seen, const char *path)
{
	struct left l = {(char *)path, (char *)"", (char *)""};

	seen->left = true;
	v->r->left++;
	return store_left_put(v->e->store, v->e->git->worktree, &l);
}

/* The same label at another path whose file is gone: the file is being moved. */
static err_t moves_elsewhere(bool *out, struct view *v, const char *path)
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

static err_t readable(bool *ok, char **text, size_t *len, struct file_stat *stat, struct view *v,
		      const char *path)
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

static err_t create_from_file(struct view *v, const char *path, struct slice text)
{
	struct act act = {HOW_HAND, v->e->who, v->e->now, "first import"};
	char uid[UID_LEN + 1];

	v->r->created++;
	return loaded_create(uid, v->e, NULL, path, text, &act);
}

/* The file shows what was put into a conflict before: git took it back, or it goes on from there. */
static err_t look_with_conflict(bool *handled, struct view *v, struct loaded *l, struct seen *seen,
				const struct oid *f0, const struct oid *file, const struct oid *head,
				struct slice text)
{
	scoped(conflict_release) struct conflict c = {0};
	bool have = false;

	*handled = false;
	TRY(conflict_at(&have, &c, l));
	if (!have || !oid_eq(f0, &c.theirs) || oid_eq(file, f0) || !c.nr_revs)
		return NULL;
	if (oid_eq(file, head) && strcmp(c.source, "file") == 0) {
		*handled = true;
		v->r->discarded++;
		return store_conflict_drop(v->e->store, l->art.uid);
	}
	if (loaded_knows(l, file))
		return NULL;
	*handled = true;
	return continue_conflict(v, l, &c, text);
}

/*
 * HEAD moved and has another text for the path. Where git changed the file with it (switch, pull), an edit
 * since began at HEAD's text; where it did not (reset --mixed), at what the file showed. Whichever the file is
 * closer to tells.
 */
static err_t made_from(struct oid *last, struct loaded *l, struct slice text, const struct seen *old,
		       const struct oid *head)
{
	struct slice seen_text, head_text_now;

	struct oid file = hash_blob(text);

	*last = *head;
	/* touched, and yet as it was: it went there and back */
	if (oid_eq(&file, &old->file) || !loaded_knows(l, &old->file) || !loaded_knows(l, head))
		return NULL;
	TRY(loaded_text(&seen_text, l, &old->file));
	TRY(loaded_text(&head_text_now, l, head));
	if (plan_distance(text, seen_text) < plan_distance(text, head_text_now))
		*last = old->file;
	return NULL;
}

static err_t look_at(struct view *v, const char *path, const struct seen *old)
{
	scoped(loaded_close) struct loaded l = {0};
	scoped(art_release) struct art art = {0};
	scoped_free char *bytes = NULL;
	struct file_stat stat = {0};
	struct file_facts f = {0};
	struct seen now = {.path = (char *)path};
	struct oid head = {""}, file, last;
	struct slice text;
	size_t len = 0;
	bool ok, handled = false;
	err_t err;

	TRY(head_text(&head, v, path, old));
	TRY(readable(&ok, &bytes, &len, &stat, v, path));
	if (!ok)
		return NULL;
	text = slice_of(bytes, len);
	file = hash_blob(text);
	if (old) {
		now.file = old->file;
		now.hand_from = old->hand_from;
		now.hand_rev = old->hand_rev;
	}
	last = old ? old->file : head;
	err = store_art_at(&art, v->e->store, path);
	f.have = !err;
	if (err && err->code != ERR_NOTFOUND)
		return err;
	err_free(err);
	TRY(load_index(v));
	f.exists = true;
	f.blocked = unmerged(v, path) || artifact_has_markers(text);
	f.seen = old != NULL;
	f.in_head = !oid_none(&head);
	f.is_head = f.in_head && oid_eq(&file, &head);
	f.is_last = oid_eq(&file, &last) || (old && oid_eq(&file, &old->file));
	if (f.have) {
		TRY(loaded_open(&l, v->e, art.uid));
		if (old && v->moved && !oid_none(&head) && !oid_eq(&head, &old->head))
			TRY(made_from(&last, &l, text, old, &head));
		/* never touched since: no edit, whatever HEAD says now */
		if (old && oid_eq(&file, &old->file) && same_stat(&stat, &old->stat))
			last = file;
		f.is_last = oid_eq(&file, &last);
		f.last_known = loaded_knows(&l, &last);
		f.file_known = loaded_knows(&l, &file);
		if (old && !oid_eq(&old->file, &file))
			TRY(hand_is_open(&f.hand_open, v, &l, old));
		if (!f.blocked && old)
			TRY(look_with_conflict(&handled, v, &l, &now, &last, &file, &head, text));
	} else {
		TRY(moves_elsewhere(&f.elsewhere, v, path));
	}
	if (!handled) {
		switch (plan_file(&f)) {
		case FILE_WAIT:
			return NULL;
		case FILE_NOTHING:
			break;
		case FILE_CREATE:
			TRY(create_from_file(v, path, text));
			break;
		case FILE_EDIT:
			TRY(hand_edit(v, &l, &now, &last, &file, text,
				      f.hand_open && oid_eq(&last, &old->file)));
			break;
		case FILE_EDIT_HEAD:
			TRY(hand_edit(v, &l, &now, &head, &file, text, false));
			break;
		case FILE_DISCARD:
			TRY(discard(v, &l, &now, text));
			break;
		case FILE_LEFT:
			TRY(leave(v, &now, path));
			break;
		}
	}
	if (handled || !oid_eq(&file, &now.file)) {
		bool edited = !handled && !f.is_head && !rev_none(&now.hand_rev) &&
			      (!old || !rev_eq(&now.hand_rev, &old->hand_rev));

		if (!edited) {
			now.hand_from = (struct oid){""};
			now.hand_rev = (struct rev_id){""};
		}
	}
	now.file = file;
	now.head = head;
	return remember(v, &now, &stat);
}

static bool is_asked(const struct strs *paths, const char *path)
{
	return !paths || strs_has(paths, path);
}

static err_t gather(struct view *v, const struct strs *paths)
{
	TRY(store_seen_list(&v->seens, v->e->store, v->e->git->worktree));
	if (!paths)
		return v->e->git->files(v->e->git->ctx, add_file, v);
	for (size_t i = 0; i < paths->len; i++) {
		struct file_stat stat;

		TRY(v->e->git->stat(v->e->git->ctx, &stat, paths->at[i]));
		if (stat.exists)
			TRY(add_file(v, paths->at[i], &stat));
	}
	return NULL;
}

/* HEAD moved under files that did not change: only what HEAD says for them is new. */
static err_t refresh_heads(struct view *v, const struct strs *paths)
{
	for (size_t i = 0; i < v->seens.len; i++) {
		struct seen *s = &v->seens.at[i];
		const struct git_entry *entry = entry_at(&v->tree, s->path);
		struct oid head = entry ? entry->oid : (struct oid){""};
		struct file_stat stat;

		if (oid_eq(&head, &s->head) || !is_asked(paths, s->path))
			continue;
		TRY(v->e->git->stat(v->e->git->ctx, &stat, s->path));
		if (stat.exists)
			continue;	/* looked at as a file */
		s->head = head;
		TRY(store_seen_put(v->e->store, v->e->git->worktree, s));
	}
	return NULL;
}

err_t look_files(struct report *r, struct engine *e, const struct git_head *head,
		 const struct tree_mark *before, const struct strs *paths)
{
	scoped(view_release) struct view v = {.e = e, .r = r, .head = head, .before = before};

	v.moved = strcmp(head->commit, before->head) != 0 ||
		  strcmp(head->log, before->log ? before->log : "") != 0;
	if (v.moved)
		TRY(e->git->tree(e->git->ctx, &v.tree, head->commit));
	TRY(gather(&v, paths));
	for (size_t i = 0; i < v.nr_files; i++) {
		const struct found *file = &v.files[i];
		const struct seen *old = seen_at(&v.seens, file->path);
		const struct git_entry *entry = v.moved ? entry_at(&v.tree, file->path) : NULL;
		bool head_same = !v.moved || (old && strcmp(entry ? entry->oid.hex : "", old->head.hex) == 0);

		if (old && head_same && same_stat(&file->stat, &old->stat))
			continue;
		TRY(look_at(&v, file->path, old));
	}
	return v.moved ? refresh_heads(&v, paths) : NULL;
}

struct quick {
	const struct seens *seens;
	const struct strs *paths;
	bool news;
};

static err_t quick_look(void *ctx, const char *path, const struct file_stat *stat)
{
	struct quick *q = ctx;
	const struct seen *old = q->news || !is_asked(q->paths, path) ? NULL : seen_at(q->seens, path);

	if (!q->news && is_asked(q->paths, path))
		q->news = !old || !same_stat(stat, &old->stat);
	return NULL;
}

err_t look_anything_new(bool *out, struct engine *e, const struct strs *paths)
{
	scoped(seens_release) struct seens seens = {0};
	struct quick q = {&seens, paths, false};

	if (paths && paths->len == 1) {
		scoped(seen_release) struct seen seen = {0};
		struct file_stat stat;
		err_t err = store_seen_get(&seen, e->store, e->git->worktree, paths->at[0]);

		*out = err != NULL;
		if (err && err->code != ERR_NOTFOUND)
			return err;
		err_free(err);
		TRY(e->git->stat(e->git->ctx, &stat, paths->at[0]));
		*out = stat.exists && (*out || !same_stat(&stat, &seen.stat));
		return NULL;
	}
	TRY(store_seen_list(&seens, e->store, e->git->worktree));
	TRY(e->git->files(e->git->ctx, quick_look, &q));
	*out = q.news;
	return NULL;
}
