#include "cmd/diff_trees.h"
#include "artifact/label.h"
#include "cmd/at.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

struct trees {
	char *left_name, *right_name;
	struct git_entries left, right;
	bool *paired;	/* of right */
};

static void trees_release(struct trees *t)
{
	free(t->left_name);
	free(t->right_name);
	git_entries_release(&t->left);
	git_entries_release(&t->right);
	free(t->paired);
}

bool diff_is_range(const char *text)
{
	const char *dots = strstr(text, "..");
	size_t len = strlen(text);

	if (!dots || (len > 3 && strcmp(text + len - 3, ".md") == 0))
		return false;
	return dots[2] != '/' && (dots == text || dots[-1] != '/') && len > 2;
}

static err_t find_base(struct trees *t, struct session *s)
{
	char left[OID_HEX + 1], right[OID_HEX + 1];
	scoped(strs_release) struct strs bases = {0};

	TRY(git_resolve(left, s->repo, t->left_name));
	TRY(git_resolve(right, s->repo, t->right_name));
	TRY(git_range_bases(&bases, s->repo, left, right));
	if (!bases.len)
		return err_new(ERR_NOTFOUND, "'%s' and '%s' have no commit in common",
			       t->left_name, t->right_name);
	free(t->left_name);
	t->left_name = mem_strdup(bases.at[0]);
	return NULL;
}

static err_t open_trees(struct trees *t, struct session *s, const char *range)
{
	const char *dots = strstr(range, ".."), *right = dots + 2;
	bool from_base = *right == '.';

	right += from_base;
	t->left_name = dots == range ? mem_strdup("HEAD")
				     : mem_strndup(range, (size_t)(dots - range));
	t->right_name = mem_strdup(*right ? right : "HEAD");
	if (from_base)
		TRY(find_base(t, s));
	TRY(git_list_at(&t->left, s->repo, s->kinds, t->left_name));
	TRY(git_list_at(&t->right, s->repo, s->kinds, t->right_name));
	t->paired = mem_alloc(t->right.len + 1);
	return NULL;
}

/* --- which belong together ------------------------------------------------------------------ */

/* Views into entry, kinds and label. */
static struct art name_only(const struct session *s, const struct git_entry *entry,
			    struct label *label)
{
	const struct kind *kind = kinds_of_path(s->kinds, entry->path);

	*label = (struct label){.num = -1};
	if (!label_of_path(label, entry->path))
		label->text[0] = '\0';
	return (struct art){.kind = (char *)(kind ? kind->name : ""),
			    .label = label->text,
			    .path = entry->path};
}

static bool is_named(struct session *s, const struct git_entry *entry, const char *name)
{
	scoped_free char *path = session_path(s, name);
	struct label label;
	struct art art = name_only(s, entry, &label);

	return at_called(&art, name, path);
}

static bool is_wanted(struct session *s, const struct git_entry *entry, char **names, int n)
{
	for (int i = 0; i < n; i++)
		if (is_named(s, entry, names[i]))
			return true;
	return n == 0;
}

static err_t check_names(struct session *s, const struct trees *t, char **names, int n)
{
	for (int i = 0; i < n; i++) {
		bool found = false;

		for (size_t k = 0; k < t->left.len && !found; k++)
			found = is_named(s, &t->left.at[k], names[i]);
		for (size_t k = 0; k < t->right.len && !found; k++)
			found = is_named(s, &t->right.at[k], names[i]);
		if (!found)
			return err_new(ERR_NOTFOUND, "there is no artifact '%s' in '%s' or '%s'",
				       names[i], t->left_name, t->right_name);
	}
	return NULL;
}

static bool same_label(const struct session *s, const struct git_entry *a,
		       const struct git_entry *b)
{
	struct label la, lb;
	struct art left = name_only(s, a, &la), right = name_only(s, b, &lb);

	return la.text[0] && strcmp(la.text, lb.text) == 0 && strcmp(left.kind, right.kind) == 0;
}

static int compare_path(const void *path, const void *entry)
{
	return strcmp(path, ((const struct git_entry *)entry)->path);
}

static const struct git_entry *at_path(const struct git_entries *e, const char *path)
{
	return e->len ? bsearch(path, e->at, e->len, sizeof(*e->at), compare_path) : NULL;
}

/* The one with the same path, else one that only the right has, with the same label. */
static const struct git_entry *partner(const struct session *s, const struct trees *t,
				       const struct git_entry *left)
{
	const struct git_entry *found = at_path(&t->right, left->path);

	for (size_t i = 0; i < t->right.len && !found; i++)
		if (!t->paired[i] && same_label(s, left, &t->right.at[i]) &&
		    !at_path(&t->left, t->right.at[i].path))
			found = &t->right.at[i];
	if (found)
		t->paired[found - t->right.at] = true;
	return found;
}

static err_t add(struct pairs *out, struct session *s, const struct git_entry *left,
		 const struct git_entry *right)
{
	scoped(pair_release) struct pair pair = {0};

	if (left)
		side_of_entry(&pair.left, left);
	if (right)
		side_of_entry(&pair.right, right);
	if (side_same(&pair.left, &pair.right))
		return NULL;
	TRY(at_read(&pair.art, s, right ? right : left));
	TRY(side_text(&pair.left, s));
	TRY(side_text(&pair.right, s));
	pairs_add(out, &pair);
	return NULL;
}

err_t diff_trees(struct pairs *out, struct session *s, const char *range, char **names, int n)
{
	scoped(trees_release) struct trees t = {0};

	TRY(open_trees(&t, s, range));
	TRY(check_names(s, &t, names, n));
	for (size_t i = 0; i < t.left.len; i++) {
		const struct git_entry *left = &t.left.at[i], *right = partner(s, &t, left);

		if (is_wanted(s, left, names, n) || (right && is_wanted(s, right, names, n)))
			TRY(add(out, s, left, right));
	}
	for (size_t i = 0; i < t.right.len; i++)
		if (!t.paired[i] && is_wanted(s, &t.right.at[i], names, n))
			TRY(add(out, s, NULL, &t.right.at[i]));
	return NULL;
}
