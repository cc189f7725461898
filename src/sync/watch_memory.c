#include "sync/watch_row.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

#define ENTRIES 256
#define BYTES (8 * 1024 * 1024)

struct entry {
	char uid[UID_LEN + 1];
	struct watch_text text;
};

/* The one told of last stands last. */
struct watch_memory {
	struct entry at[ENTRIES];
	size_t len, bytes;
};

void watch_text_release(struct watch_text *t)
{
	free(t->path);
	free(t->text);
	*t = (struct watch_text){0};
}

struct watch_memory *watch_memory_new(void)
{
	return mem_alloc(sizeof(struct watch_memory));
}

static size_t size_of(const struct watch_text *t)
{
	return t->text ? strlen(t->text) : 0;
}

static void drop(struct watch_memory *m, size_t i)
{
	m->bytes -= size_of(&m->at[i].text);
	watch_text_release(&m->at[i].text);
	m->len--;
	memmove(&m->at[i], &m->at[i + 1], (m->len - i) * sizeof(*m->at));
}

static ssize_t find(const struct watch_memory *m, const char *uid)
{
	for (size_t i = 0; i < m->len; i++)
		if (strcmp(m->at[i].uid, uid) == 0)
			return (ssize_t)i;
	return -1;
}

void watch_memory_forget(struct watch_memory *m)
{
	while (m->len)
		drop(m, m->len - 1);
}

void watch_memory_free(struct watch_memory *m)
{
	if (m)
		watch_memory_forget(m);
	free(m);
}

void watch_memory_put(struct watch_memory *m, const char *uid, struct watch_text *t)
{
	ssize_t old = find(m, uid);
	struct entry *e;

	if (old >= 0)
		drop(m, (size_t)old);
	while (m->len && (m->len == ENTRIES || m->bytes + size_of(t) > BYTES))
		drop(m, 0);
	e = &m->at[m->len++];
	memcpy(e->uid, uid, sizeof(e->uid));
	e->text = *t;
	m->bytes += size_of(t);
	*t = (struct watch_text){0};
}

void watch_memory_get(struct watch_text *out, const struct watch_memory *m, const char *uid)
{
	ssize_t i = find(m, uid);
	const struct watch_text *t;

	*out = (struct watch_text){0};
	if (i < 0)
		return;
	t = &m->at[i].text;
	*out = *t;
	out->path = mem_strdup(t->path);
	out->text = t->text ? mem_strdup(t->text) : NULL;
}
