/* Packs: index version 2, deltas included. Every offset is checked before it is followed. */
#include "git/odb.h"
#include "util/mem.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define DELTA_DEPTH 100	/* git makes chains of 50 */
#define FANOUT 256
#define IDX_HEADER 8

enum { OFS_DELTA = 6, REF_DELTA = 7 };

static uint32_t be32(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* --- files ---------------------------------------------------------------------------------- */

struct mapped {
	const unsigned char *at;
	size_t len;
};

static void unmap(struct mapped *m)
{
	if (m->at)
		munmap((void *)(uintptr_t)m->at, m->len);
	*m = (struct mapped){0};
}

static bool map(struct mapped *out, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *at = MAP_FAILED;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (at == MAP_FAILED)
		return false;
	*out = (struct mapped){at, (size_t)st.st_size};
	return true;
}

/* --- the index of a pack -------------------------------------------------------------------- */

struct idx {
	struct mapped file;
	uint32_t count;
	const unsigned char *fanout, *ids, *offsets, *large;
	size_t nr_large;
};

static bool idx_open(struct idx *out, const char *path)
{
	static const unsigned char magic[IDX_HEADER] = {0xff, 't', 'O', 'c', 0, 0, 0, 2};
	size_t fixed = IDX_HEADER + FANOUT * 4, trailer = 2 * ODB_RAW_ID, need;
	struct idx x = {0};

	if (!map(&x.file, path))
		return false;
	if (x.file.len >= fixed + trailer && memcmp(x.file.at, magic, IDX_HEADER) == 0) {
		x.fanout = x.file.at + IDX_HEADER;
		x.count = be32(x.fanout + (FANOUT - 1) * 4);
		need = fixed + (size_t)x.count * (ODB_RAW_ID + 8) + trailer;
		x.ids = x.file.at + fixed;
		x.offsets = x.ids + (size_t)x.count * (ODB_RAW_ID + 4);
		x.large = x.offsets + (size_t)x.count * 4;
		if (x.file.len >= need) {
			x.nr_large = (x.file.len - need) / 8;
			*out = x;
			return true;
		}
	}
	unmap(&x.file);
	return false;
}

static bool idx_find(uint64_t *offset, const struct idx *x, const unsigned char *id)
{
	uint32_t low = id[0] ? be32(x->fanout + (id[0] - 1) * 4) : 0;
	uint32_t high = be32(x->fanout + id[0] * 4);

	if (high > x->count)
		return false;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2, small;
		int cmp = memcmp(id, x->ids + (size_t)mid * ODB_RAW_ID, ODB_RAW_ID);

		if (cmp > 0) {
			low = mid + 1;
		} else if (cmp < 0) {
			high = mid;
		} else {
			small = be32(x->offsets + (size_t)mid * 4);
			*offset = small;
			if (!(small & 0x80000000u))
				return true;
			small &= 0x7fffffffu;
			if (small >= x->nr_large)
				return false;
			*offset = (uint64_t)be32(x->large + (size_t)small * 8) << 32 |
				  be32(x->large + (size_t)small * 8 + 4);
			return true;
		}
	}
	return false;
}

/* --- deltas --------------------------------------------------------------------------------- */

struct reader {
	const unsigned char *at, *end;
	bool bad;
};

static unsigned take(struct reader *r)
{
	if (r->at >= r->end) {
		r->bad = true;
		return 0;
	}
	return *r->at++;
}

static size_t take_size(struct reader *r)
{
	size_t size = 0;
	unsigned c, shift = 0;

	do {
		c = take(r);
		size |= (size_t)(c & 0x7f) << shift;
		shift += 7;
	} while ((c & 0x80) && shift < 63);
	r->bad |= (c & 0x80) != 0;
	return size;
}

/* The bytes of a number that the bits of op, from first on, say are there. */
static size_t take_bits(struct reader *r, unsigned op, unsigned first, unsigned nr)
{
	size_t value = 0;

	for (unsigned i = 0; i < nr; i++)
		if (op & (1u << (first + i)))
			value |= (size_t)take(r) << (8 * i);
	return value;
}

/* One instruction: a piece of the base, or of the delta itself. */
static bool take_piece(struct slice *piece, struct reader *r, const struct odb_object *base)
{
	unsigned op = take(r);
	size_t from, len;

	if (op & 0x80) {
		from = take_bits(r, op, 0, 4);
		len = take_bits(r, op, 4, 3);
		if (!len)
			len = 0x10000;
		if (r->bad || from > base->len || len > base->len - from)
			return false;
		*piece = slice_of(base->bytes + from, len);
		return true;
	}
	if (r->bad || !op || op > (size_t)(r->end - r->at))
		return false;
	*piece = slice_of((const char *)r->at, op);
	r->at += op;
	return true;
}

/* base becomes what the delta makes of it. */
static bool apply(struct odb_object *base, struct slice delta)
{
	const unsigned char *at = (const unsigned char *)delta.at;
	struct reader r = {at, at + delta.len, false};
	scoped_free char *out = NULL;
	size_t from = take_size(&r), size = take_size(&r), len = 0;
	struct slice piece;

	if (r.bad || from != base->len || size > ODB_MAX)
		return false;
	out = mem_alloc(size + 1);
	while (r.at < r.end) {
		if (!take_piece(&piece, &r, base) || piece.len > size - len)
			return false;
		memcpy(out + len, piece.at, piece.len);
		len += piece.len;
	}
	if (len != size)
		return false;
	free(base->bytes);
	base->bytes = steal(out);
	base->len = size;
	return true;
}

/* --- entries -------------------------------------------------------------------------------- */

struct entry {
	unsigned type;
	size_t len;		/* inflated */
	uint64_t base;		/* OFS_DELTA, and REF_DELTA when it was found: where its base is */
	struct slice data;	/* from here on, deflated */
};

static bool take_base(struct entry *e, struct reader *r, uint64_t offset, const struct idx *x)
{
	uint64_t back;
	unsigned c;

	if (e->type == REF_DELTA) {
		if (r->end - r->at < ODB_RAW_ID || !idx_find(&e->base, x, r->at))
			return false;
		r->at += ODB_RAW_ID;
		return true;
	}
	c = take(r);
	back = c & 0x7f;
	while ((c & 0x80) && back < UINT64_MAX >> 8) {
		c = take(r);
		back = ((back + 1) << 7) | (c & 0x7f);
	}
	if (r->bad || (c & 0x80) || !back || back >= offset)
		return false;
	e->base = offset - back;
	return true;
}

static bool read_entry(struct entry *out, const struct mapped *pack, uint64_t offset,
		       const struct idx *x)
{
	struct reader r = {.end = pack->at + pack->len};
	struct entry e = {0};
	unsigned c, shift = 4;

	if (offset >= pack->len)
		return false;
	r.at = pack->at + offset;
	c = take(&r);
	e.type = (c >> 4) & 7;
	e.len = c & 15;
	for (; (c & 0x80) && shift < 60; shift += 7) {
		c = take(&r);
		e.len |= (size_t)(c & 0x7f) << shift;
	}
	if (r.bad || (c & 0x80))
		return false;
	if ((e.type == OFS_DELTA || e.type == REF_DELTA) && !take_base(&e, &r, offset, x))
		return false;
	e.data = slice_of((const char *)r.at, (size_t)(r.end - r.at));
	*out = e;
	return true;
}

/* Down to an object that is whole, and up again through the deltas. */
static bool read_at(struct odb_object *out, const struct mapped *pack, const struct idx *x,
		    uint64_t offset)
{
	struct entry deltas[DELTA_DEPTH], e;
	int depth = 0;

	for (;; offset = e.base) {
		if (!read_entry(&e, pack, offset, x))
			return false;
		if (e.type != OFS_DELTA && e.type != REF_DELTA)
			break;
		if (depth == DELTA_DEPTH)
			return false;
		deltas[depth++] = e;
	}
	if (e.type < ODB_COMMIT || e.type > ODB_TAG)
		return false;
	*out = (struct odb_object){e.type, odb_inflate(e.data, e.len), e.len};
	while (out->bytes && depth--) {
		scoped_free char *delta = odb_inflate(deltas[depth].data, deltas[depth].len);

		if (!delta || !apply(out, slice_of(delta, deltas[depth].len)))
			odb_release(out);
	}
	return out->bytes != NULL;
}

/* --- the packs of a directory --------------------------------------------------------------- */

struct pack {
	struct pack *next;
	char *idx_path;
	struct idx idx;
	struct mapped file;	/* once something of it is wanted */
};

struct odb_packs {
	struct pack *first;	/* the one that had the last object */
};

void odb_packs_free(struct odb_packs *packs)
{
	while (packs && packs->first) {
		struct pack *p = packs->first;

		packs->first = p->next;
		unmap(&p->idx.file);
		unmap(&p->file);
		free(p->idx_path);
		free(p);
	}
	free(packs);
}

static bool read_from(struct odb_object *out, struct pack *p, const unsigned char *id)
{
	scoped_free char *path = NULL;
	uint64_t offset;

	if (!idx_find(&offset, &p->idx, id))
		return false;
	path = mem_printf("%.*spack", (int)strlen(p->idx_path) - 3, p->idx_path);
	return (p->file.at || map(&p->file, path)) && read_at(out, &p->file, &p->idx, offset);
}

static bool read_known(struct odb_object *out, struct odb_packs *packs, const unsigned char *id)
{
	for (struct pack **at = &packs->first; *at; at = &(*at)->next) {
		struct pack *p = *at;

		if (!read_from(out, p, id))
			continue;
		*at = p->next;
		p->next = packs->first;
		packs->first = p;
		return true;
	}
	return false;
}

static bool is_open(const struct odb_packs *packs, const char *idx_path)
{
	for (const struct pack *p = packs->first; p; p = p->next)
		if (strcmp(p->idx_path, idx_path) == 0)
			return true;
	return false;
}

/* Those that came since the last time, too: git packs what it likes, when it likes. */
static bool open_new(struct odb_packs *packs, const char *objects)
{
	scoped_free char *dir = mem_printf("%s/pack", objects);
	DIR *d = opendir(dir);
	struct dirent *entry;
	bool any = false;

	while (d && (entry = readdir(d))) {
		size_t len = strlen(entry->d_name);
		scoped_free char *path = mem_printf("%s/%s", dir, entry->d_name);
		struct idx idx;
		struct pack *p;

		if (len < 5 || strcmp(entry->d_name + len - 4, ".idx") != 0 ||
		    is_open(packs, path) || !idx_open(&idx, path))
			continue;
		p = mem_alloc(sizeof(*p));
		*p = (struct pack){packs->first, steal(path), idx, {0}};
		packs->first = p;
		any = true;
	}
	if (d)
		closedir(d);
	return any;
}

bool odb_read_packed(struct odb_object *out, struct odb_packs **packs, const char *objects,
		     const unsigned char *id)
{
	if (!*packs)
		*packs = mem_alloc(sizeof(**packs));
	return read_known(out, *packs, id) ||
	       (open_new(*packs, objects) && read_known(out, *packs, id));
}
