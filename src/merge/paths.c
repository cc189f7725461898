#include "merge/paths.h"

#include "merge/look.h"
#include "util/mem.h"

#include <stdlib.h>

#define LEVELS 8

/* Letters, digits and what is not ASCII; case does not count. */
static uint64_t hash_title(uint64_t hash, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];

		if (c >= 'A' && c <= 'Z')
			c = (unsigned char)(c - 'A' + 'a');
		if (c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			hash = (hash ^ c) * 1099511628211u;
	}
	return (hash ^ 0xff) * 1099511628211u;
}

void paths_read(struct paths *p, struct slice text, const struct lines *lines)
{
	struct look *looks = look_at(text, lines->len, &p->open_fence);
	uint64_t open[LEVELS] = {1}, now = 1;
	size_t cap = 0;

	p->of = mem_alloc((lines->len + 1) * sizeof(*p->of));
	p->what = mem_alloc(lines->len + 1);
	for (size_t i = 0; i < lines->len; i++) {
		p->what[i] = (unsigned char)looks[i].what;
		if (looks[i].what == LOOK_HEADING) {
			size_t level = looks[i].depth < LEVELS ? looks[i].depth : LEVELS - 1;
			uint64_t parent = 1;

			for (size_t l = 1; l < level; l++)
				if (open[l])
					parent = open[l];
			now = hash_title(parent * 31 + level, lines->at[i].text);
			open[level] = now;
			for (size_t l = level + 1; l < LEVELS; l++)
				open[l] = 0;
			MEM_GROW(p->headings, p->nr_headings, cap);
			p->headings[p->nr_headings++] = now;
		}
		p->of[i] = now;
	}
	free(looks);
}

void paths_release(struct paths *p)
{
	free(p->of);
	free(p->what);
	free(p->headings);
	*p = (struct paths){0};
}

bool paths_has(const struct paths *p, uint64_t path)
{
	for (size_t i = 0; i < p->nr_headings; i++)
		if (p->headings[i] == path)
			return true;
	return path == 1;
}
