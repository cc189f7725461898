#include "sync/watch_row.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

static err_t text_of(char **out, struct store *s, const char *json, const char *path)
{
	TRY(store_json_get(out, s, json, path));
	if (!*out)
		*out = mem_strdup("");
	return NULL;
}

static err_t number_of(int64_t *out, struct store *s, const char *json, const char *path)
{
	scoped_free char *text = NULL;

	TRY(store_json_get(&text, s, json, path));
	*out = text ? strtoll(text, NULL, 10) : 0;
	return NULL;
}

static err_t flag_of(bool *out, struct store *s, const char *json, const char *path)
{
	scoped_free char *text = NULL;

	TRY(store_json_get(&text, s, json, path));
	*out = text && strcmp(text, "1") == 0;
	return NULL;
}

static err_t malformed(void)
{
	return err_new(ERR_REFUSED, "the remote sent a malformed id");
}

static err_t id_of(char *out, size_t len, struct store *s, const char *json, const char *path)
{
	scoped_free char *text = NULL;

	TRY(text_of(&text, s, json, path));
	if (text[0] && !hash_is_hex(text, len))
		return malformed();
	memcpy(out, text, strlen(text) + 1);
	return NULL;
}

/* --- lineage --------------------------------------------------------------------------------- */

static err_t read_parents(struct watch_rev *r, struct store *s, const char *json)
{
	scoped(strs_release) struct strs parents = {0};

	TRY(store_json_array(&parents, s, json, "$.parents"));
	for (size_t i = 0; i < parents.len; i++) {
		if (i >= REVISION_PARENTS || !hash_is_hex(parents.at[i], SHA256_HEX))
			return malformed();
		memcpy(r->parents[i].hex, parents.at[i], SHA256_HEX + 1);
	}
	return NULL;
}

static err_t read_rev(struct watch_rev *r, struct store *s, const char *json)
{
	TRY(id_of(r->id.hex, SHA256_HEX, s, json, "$.id"));
	TRY(id_of(r->oid.hex, OID_HEX, s, json, "$.oid"));
	TRY(text_of(&r->path, s, json, "$.path"));
	TRY(text_of(&r->author, s, json, "$.author"));
	TRY(number_of(&r->time, s, json, "$.time"));
	TRY(store_json_get(&r->text, s, json, "$.text"));
	return read_parents(r, s, json);
}

static err_t read_lineage(struct watch_row *row, struct store *s, const char *json)
{
	scoped(strs_release) struct strs list = {0};

	TRY(store_json_array(&list, s, json, "$.lineage"));
	row->revs = mem_alloc((list.len + 1) * sizeof(*row->revs));
	for (size_t i = 0; i < list.len; i++)
		TRY(read_rev(&row->revs[row->nr_revs++], s, list.at[i]));
	return NULL;
}

const struct watch_rev *watch_row_rev(const struct watch_row *row, const struct rev_id *id)
{
	for (size_t i = 0; i < row->nr_revs; i++)
		if (rev_eq(&row->revs[i].id, id))
			return &row->revs[i];
	return NULL;
}

const char *watch_row_text(const struct watch_row *row, const struct oid *oid)
{
	for (size_t i = 0; i < row->nr_revs; i++)
		if (row->revs[i].text && oid_eq(&row->revs[i].oid, oid))
			return row->revs[i].text;
	return NULL;
}

size_t watch_row_roots(struct rev_id out[], size_t max, const struct watch_row *row)
{
	size_t n = 0;

	for (size_t i = 0; i < row->nr_revs; i++) {
		for (int k = 0; k < REVISION_PARENTS && n < max; k++) {
			const struct rev_id *parent = &row->revs[i].parents[k];

			if (!rev_none(parent) && !watch_row_rev(row, parent))
				out[n++] = *parent;
		}
	}
	return n;
}

/* --- the row --------------------------------------------------------------------------------- */

static err_t read_row(struct watch_row *row, struct store *s, const char *json)
{
	int64_t rev;

	TRY(text_of(&row->uid, s, json, "$.uid"));
	TRY(text_of(&row->kind, s, json, "$.kind"));
	TRY(text_of(&row->label, s, json, "$.label"));
	TRY(text_of(&row->path, s, json, "$.path"));
	TRY(text_of(&row->title, s, json, "$.title"));
	TRY(text_of(&row->state, s, json, "$.state"));
	TRY(text_of(&row->author, s, json, "$.author"));
	TRY(id_of(row->revision.hex, SHA256_HEX, s, json, "$.revision"));
	TRY(id_of(row->oid.hex, OID_HEX, s, json, "$.oid"));
	TRY(number_of(&rev, s, json, "$.rev"));
	TRY(flag_of(&row->deleted, s, json, "$.deleted"));
	TRY(flag_of(&row->forged, s, json, "$.forged"));
	row->rev = (long)rev;
	return read_lineage(row, s, json);
}

void watch_row_release(struct watch_row *row)
{
	for (size_t i = 0; i < row->nr_revs; i++) {
		free(row->revs[i].path);
		free(row->revs[i].author);
		free(row->revs[i].text);
	}
	free(row->revs);
	free(row->uid);
	free(row->kind);
	free(row->label);
	free(row->path);
	free(row->title);
	free(row->state);
	free(row->author);
	*row = (struct watch_row){0};
}

err_t watch_row_read(struct watch_row *out, struct store *json, const char *text)
{
	struct watch_row row = {0};
	err_t err = read_row(&row, json, text);

	if (!err && strlen(row.uid) != UID_LEN)
		err = malformed();
	if (err) {
		watch_row_release(&row);
		return err;
	}
	*out = row;
	return NULL;
}
