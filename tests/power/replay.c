/*
 * What a disk holds when the power fails after some records of a log (log.h):
 *
 *	replay --count <log>                   how many records there are
 *	replay --names <log>                   each as a line, for people
 *	replay <log> <dir> <n> none            the first n happened; what was not synced is lost
 *	replay <log> <dir> <n> <seed>          of that, chance decides what is lost; a write may be
 *torn replay <log> <dir> <n> all             nothing is lost: the process was killed
 *
 * <dir> is a copy of the root as it was before the first record, and is changed. The bytes of a
 * file are safe after a sync of the file, a name (created, renamed, removed) after a sync of its
 * directory; a disk may keep more, in any order. That is less than ext4 or btrfs promise.
 */
#include "log.h"

#include "util/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512

struct object {
	enum { A_FILE, A_DIRECTORY, A_SYMLINK } what;
	char *bytes;
	size_t len;
	bool read; /* its first bytes were read from the copy */
};

struct entry {
	char *name;
	struct object *full; /* what the program saw */
	struct object *kept; /* what is on the disk */
};

struct step {
	struct record r;
	char *name, *other;
	const char *bytes;
	bool safe, kept;
	struct object *object; /* that the bytes are for */
};

static struct step *steps;
static size_t nr_steps;
static struct entry *entries;
static size_t nr_entries;
static struct {
	uint64_t ino;
	struct object *object;
} * inodes;
static size_t nr_inodes;
static const char *dir;

static void die(const char *what, const char *name)
{
	fprintf(stderr, "replay: %s '%s': %s\n", what, name, strerror(errno));
	exit(2);
}

/* --- the log ------------------------------------------------------------------------------- */

static char *read_all(size_t *len, const char *path)
{
	FILE *f = fopen(path, "rb");
	char *bytes = NULL;
	size_t room = 0;

	*len = 0;
	if (!f)
		return NULL;
	for (;;) {
		size_t n;

		if (*len == room)
			bytes = mem_realloc(bytes, room = room ? 2 * room : 65536);
		n = fread(bytes + *len, 1, room - *len, f);
		*len += n;
		if (n == 0)
			break;
	}
	fclose(f);
	return bytes;
}

static void read_log(const char *path)
{
	size_t len, room = 0;
	char *bytes = read_all(&len, path), *at = bytes;

	if (!bytes)
		die("cannot read", path);
	while ((size_t)(bytes + len - at) >= sizeof(struct record)) {
		struct step s = {0};

		memcpy(&s.r, at, sizeof(s.r));
		at += sizeof(s.r);
		s.name = mem_strndup(at, s.r.name);
		at += s.r.name;
		s.other = mem_strndup(at, s.r.other);
		at += s.r.other;
		s.bytes = at;
		at += s.r.len;
		if (nr_steps == room)
			steps = mem_realloc(steps, (room = room ? 2 * room : 64) * sizeof(*steps));
		steps[nr_steps++] = s;
	}
	if (at != bytes + len)
		die("is cut off:", path);
}

static void print_names(void)
{
	static const char *const what[RECORD_NAMES] = {
		"open",	 "create", "write",   "truncate", "rename",  "link",	"unlink",
		"mkdir", "rmdir",  "symlink", "sync",	  "syncdir", "syncall",
	};

	for (size_t i = 0; i < nr_steps; i++)
		printf("%zu %s %s%s%s ino %llu at %llu len %u\n", i + 1, what[steps[i].r.what],
		       steps[i].name, *steps[i].other ? " -> " : "", steps[i].other,
		       (unsigned long long)steps[i].r.ino, (unsigned long long)steps[i].r.offset,
		       steps[i].r.len);
}

/* --- which steps are on the disk ------------------------------------------------------------ */

static bool is_in(const char *name, const char *directory)
{
	const char *slash = strrchr(name, '/');
	size_t len = slash ? (size_t)(slash - name) : 0;

	return strlen(directory) == len && strncmp(name, directory, len) == 0;
}

static bool is_data(const struct step *s)
{
	return s->r.what == RECORD_WRITE || s->r.what == RECORD_TRUNCATE;
}

static bool is_naming(const struct step *s)
{
	return s->r.what == RECORD_CREATE ||
	       (s->r.what >= RECORD_RENAME && s->r.what <= RECORD_SYMLINK);
}

/* An inode number may be used again: what was written to the file before it is of no concern. */
static void mark_safe(size_t sync)
{
	const struct record *r = &steps[sync].r;

	for (size_t i = sync; i-- > 0;) {
		struct step *s = &steps[i];
		const char *name =
			s->r.what == RECORD_RENAME || s->r.what == RECORD_LINK ? s->other : s->name;

		if (r->what == RECORD_SYNC_ALL)
			s->safe = true;
		else if (r->what == RECORD_SYNC_DIR && is_naming(s) &&
			 is_in(name, steps[sync].name))
			s->safe = true;
		else if (r->what == RECORD_SYNC && is_data(s) && s->r.ino == r->ino)
			s->safe = true;
	}
}

static void choose(size_t n, const char *how)
{
	unsigned seed = (unsigned)strtoul(how, NULL, 10);

	for (size_t i = 0; i < n; i++)
		if (steps[i].r.what >= RECORD_SYNC)
			mark_safe(i);
	for (size_t i = 0; i < n; i++) {
		struct step *s = &steps[i];

		if (strcmp(how, "all") == 0)
			s->kept = true;
		else if (s->safe || strcmp(how, "none") == 0)
			s->kept = s->safe;
		else
			s->kept = rand_r(&seed) & 16;
		if (s->kept && !s->safe && strcmp(how, "all") != 0 && s->r.len > SECTOR &&
		    rand_r(&seed) % 4 == 0)
			s->r.len = SECTOR * ((unsigned)rand_r(&seed) % (s->r.len / SECTOR) + 1);
	}
}

/* --- files and names ------------------------------------------------------------------------ */

static struct entry *entry(const char *name)
{
	for (size_t i = 0; i < nr_entries; i++)
		if (strcmp(entries[i].name, name) == 0)
			return &entries[i];
	entries = mem_realloc(entries, (nr_entries + 1) * sizeof(*entries));
	entries[nr_entries] = (struct entry){.name = mem_strdup(name)};
	return &entries[nr_entries++];
}

static struct object *object(int what)
{
	struct object *o = mem_alloc(sizeof(*o));

	o->what = what;
	return o;
}

/* A name that the log has not made: what the copy has under it, if anything. */
static struct entry *known(const char *name)
{
	size_t before = nr_entries;
	struct entry *e = entry(name);
	scoped_free char *path = mem_printf("%s/%s", dir, name);
	struct stat st;

	if (nr_entries == before || lstat(path, &st))
		return e;
	e->full = object(S_ISDIR(st.st_mode) ? A_DIRECTORY : A_FILE);
	if (S_ISREG(st.st_mode))
		e->full->bytes = read_all(&e->full->len, path);
	e->kept = e->full;
	return e;
}

static void bind(uint64_t ino, struct object *o)
{
	for (size_t i = 0; i < nr_inodes; i++)
		if (inodes[i].ino == ino) {
			inodes[i].object = o;
			return;
		}
	inodes = mem_realloc(inodes, (nr_inodes + 1) * sizeof(*inodes));
	inodes[nr_inodes].ino = ino;
	inodes[nr_inodes++].object = o;
}

static struct object *bound(uint64_t ino)
{
	for (size_t i = 0; i < nr_inodes; i++)
		if (inodes[i].ino == ino)
			return inodes[i].object;
	return NULL;
}

static void resize(struct object *o, size_t len)
{
	if (len > o->len) {
		o->bytes = mem_realloc(o->bytes, len);
		memset(o->bytes + o->len, 0, len - o->len);
	}
	o->len = len;
}

static void change(struct object *o, const struct step *s)
{
	size_t end = (size_t)s->r.offset + s->r.len;

	if (!o || !s->kept)
		return;
	if (s->r.what == RECORD_TRUNCATE) {
		resize(o, (size_t)s->r.offset);
		return;
	}
	if (end > o->len)
		resize(o, end);
	memcpy(o->bytes + s->r.offset, s->bytes, s->r.len);
}

static void name_it(const struct step *s, struct object *o)
{
	struct entry *e = known(s->name);

	e->full = o;
	if (s->kept)
		e->kept = o;
}

static void move(const struct step *s)
{
	struct object *o = known(s->name)->full;
	struct entry *to = known(s->other);

	if (!o || o->what == A_DIRECTORY) {
		errno = 0;
		die("not a file of the log:", s->name);
	}
	to->full = o;
	if (s->kept)
		to->kept = o;
	if (s->r.what == RECORD_LINK)
		return;
	entry(s->name)->full = NULL;
	if (s->kept)
		entry(s->name)->kept = NULL;
}

static void apply(const struct step *s)
{
	struct object *o;

	switch (s->r.what) {
	case RECORD_OPEN:
		o = known(s->name)->full;
		if (o)
			bind(s->r.ino, o);
		break;
	case RECORD_CREATE:
		o = object(A_FILE);
		bind(s->r.ino, o);
		name_it(s, o);
		break;
	case RECORD_WRITE:
	case RECORD_TRUNCATE:
		change(bound(s->r.ino), s);
		break;
	case RECORD_RENAME:
	case RECORD_LINK:
		move(s);
		break;
	case RECORD_UNLINK:
	case RECORD_RMDIR:
		name_it(s, NULL);
		break;
	case RECORD_MKDIR:
		name_it(s, object(A_DIRECTORY));
		break;
	case RECORD_SYMLINK:
		o = object(A_SYMLINK);
		o->bytes = mem_strndup(s->bytes, s->r.len);
		o->len = s->r.len;
		name_it(s, o);
		break;
	default:
		break;
	}
}

/* --- onto the copy -------------------------------------------------------------------------- */

static void write_out(const struct object *o, const char *path)
{
	scoped_free char *copy = mem_strdup(path);
	struct stat st;
	mode_t mode = stat(path, &st) == 0 ? st.st_mode & 0777 : 0644;
	FILE *f;

	if (access(dirname(copy), F_OK))
		return; /* its directory was lost */
	unlink(path);
	if (o->what == A_SYMLINK) {
		if (symlink(o->bytes, path))
			die("cannot link", path);
		return;
	}
	f = fopen(path, "wb");
	if (!f || fwrite(o->bytes, 1, o->len, f) != o->len || fclose(f) || chmod(path, mode))
		die("cannot write", path);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static void write_disk(void)
{
	qsort(entries, nr_entries, sizeof(*entries), by_name);
	for (size_t i = 0; i < nr_entries; i++) {
		const struct object *o = entries[i].kept;
		scoped_free char *path = mem_printf("%s/%s", dir, entries[i].name);

		if (!o)
			continue;
		if (o->what != A_DIRECTORY)
			write_out(o, path);
		else if (mkdir(path, 0777) && errno != EEXIST && errno != ENOENT)
			die("cannot make", path);
	}
	for (size_t i = nr_entries; i-- > 0;) {
		scoped_free char *path = mem_printf("%s/%s", dir, entries[i].name);

		if (!entries[i].kept && remove(path) && errno != ENOENT && errno != ENOTEMPTY &&
		    errno != ENOTDIR)
			die("cannot remove", path);
	}
}

int main(int argc, char **argv)
{
	size_t n;

	if (argc == 3 && strcmp(argv[1], "--count") == 0) {
		read_log(argv[2]);
		printf("%zu\n", nr_steps);
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "--names") == 0) {
		read_log(argv[2]);
		print_names();
		return 0;
	}
	if (argc != 5) {
		fputs("usage: replay <log> <dir> <n> none|all|<seed>\n", stderr);
		return 129;
	}
	dir = argv[2];
	read_log(argv[1]);
	n = (size_t)strtoul(argv[3], NULL, 10);
	if (n > nr_steps)
		n = nr_steps;
	choose(n, argv[4]);
	for (size_t i = 0; i < n; i++)
		apply(&steps[i]);
	write_disk();
	return 0;
}
