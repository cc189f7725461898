/* The two texts that `git agent diff` compares, and where they come from. */
#ifndef CMD_DIFF_SIDE_H
#define CMD_DIFF_SIDE_H

#include "cmd/session.h"

enum layer {
	LAYER_WORKSPACE,
	LAYER_REMOTE,	/* as last heard of */
	LAYER_HEAD,
	LAYER_INDEX,
	LAYER_FILE,
	LAYER_TREE,	/* any tree-ish */
};

/* All artifacts as a layer has them: only ids, texts are read when they differ. */
struct layer_view {
	enum layer layer;
	const char *tree;		/* of LAYER_TREE */
	struct git_entries entries;	/* of HEAD, the index and a tree */
	char commit[OID_HEX + 1];	/* HEAD, where only one artifact is asked for */
};
err_t layer_open(struct layer_view *out, struct session *s, enum layer layer,
		 const char *tree, bool one) MUST_CHECK;
void layer_release(struct layer_view *v);

/* One side: a text, or nothing. */
struct side {
	char *path;		/* NULL: missing */
	struct oid oid;		/* "" where only the bytes are known */
	char *bytes;		/* NULL: side_text reads them */
	size_t len;
};
void side_release(struct side *side);

/* Where the artifact is in a layer; missing where it is not there. */
err_t side_of(struct side *out, struct session *s, const struct layer_view *v,
	      const struct art *art) MUST_CHECK;
/* As a revision of the artifact has it: an id or the beginning of one. */
err_t side_of_revision(struct side *out, struct session *s, const struct art *art,
		       const char *name) MUST_CHECK;
void side_of_entry(struct side *out, const struct git_entry *entry);
/* Known to be the same, without the bytes. */
bool side_same(const struct side *a, const struct side *b);
/* Reads the bytes: of the workspace, else of git. */
err_t side_text(struct side *side, struct session *s) MUST_CHECK;

#endif
