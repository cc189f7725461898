#include "store/db.h"

#include <stdlib.h>

void operations_release(struct operations *o)
{
	for (size_t i = 0; i < o->len; i++) {
		free(o->at[i].command);
		free(o->at[i].author);
	}
	free(o->at);
	*o = (struct operations){0};
}

void operation_steps_release(struct operation_steps *o)
{
	free(o->at);
	*o = (struct operation_steps){0};
}

err_t store_operation_add(long *id, struct store *s, const struct operation *o, const char *retry)
{
	TRY(db_run(NULL, s,
		   "INSERT INTO operation (command, author, time, undoes, retry)"
		   " VALUES (?1, ?2, ?3, nullif(?4, 0), ?5)",
		   "ttqln", o->command, o->author, o->time, o->undoes, retry));
	*id = (long)sqlite3_last_insert_rowid(s->db);
	return NULL;
}

static err_t read_operation(void *list, sqlite3_stmt *st)
{
	struct operation o = {
		.id = db_long(st, 0), .command = db_text(st, 1), .author = db_text(st, 2),
		.time = sqlite3_column_int64(st, 3), .undoes = db_long(st, 4),
	};

	*DB_APPEND((struct operations *)list) = o;
	return NULL;
}

static struct operation *find(const struct operations *list, long id)
{
	for (size_t i = 0; i < list->len; i++)
		if (list->at[i].id == id)
			return &list->at[i];
	return NULL;
}

/* Newest first: whether one stands is known before what it took back is looked at. */
static void mark_undone(const struct operations *list)
{
	for (size_t i = 0; i < list->len; i++) {
		const struct operation *o = &list->at[i];
		struct operation *undone = o->undoes && !o->undone ? find(list, o->undoes) : NULL;

		if (undone)
			undone->undone = true;
	}
}

err_t store_operation_list(struct operations *out, struct store *s, long max)
{
	scoped(operations_release) struct operations list = {0};

	TRY(db_rows(NULL, s, read_operation, &list,
		    "SELECT id, command, author, time, undoes FROM operation"
		    " ORDER BY id DESC LIMIT ?1", "l", max));
	mark_undone(&list);
	*out = list;
	list = (struct operations){0};
	return NULL;
}

err_t store_operation_retried(long *id, struct store *s, const char *retry)
{
	int64_t found = 0;

	TRY(db_rows(NULL, s, db_read_int, &found, "SELECT id FROM operation WHERE retry = ?1", "t",
		    retry));
	*id = (long)found;
	return NULL;
}

err_t store_operation_step(struct store *s, long id, const struct operation_step *step)
{
	return db_run(NULL, s,
		      "INSERT INTO operation_step (operation, uid, before, after)"
		      " VALUES (?1, ?2, ?3, ?4)"
		      " ON CONFLICT (operation, uid) DO UPDATE SET after = excluded.after",
		      "ltot", id, step->uid, step->before.hex, step->after.hex);
}

static err_t read_step(void *list, sqlite3_stmt *st)
{
	struct operation_step step;

	DB_UID(step.uid, st, 0);
	DB_HEX(step.before, st, 1);
	DB_HEX(step.after, st, 2);
	*DB_APPEND((struct operation_steps *)list) = step;
	return NULL;
}

err_t store_operation_steps(struct operation_steps *out, struct store *s, long id)
{
	scoped(operation_steps_release) struct operation_steps list = {0};

	TRY(db_rows(NULL, s, read_step, &list,
		    "SELECT t.uid, t.before, t.after FROM operation_step AS t"
		    " LEFT JOIN revision AS r ON r.id = t.after"
		    " WHERE t.operation = ?1 ORDER BY r.seq, t.uid", "l", id));
	*out = list;
	list = (struct operation_steps){0};
	return NULL;
}
