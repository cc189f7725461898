#include "cmd/replica.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/mem.h"

#include <stdio.h>
#include <string.h>

static err_t place(char **out, struct repo *r)
{
	struct file_stat st;

	TRY(file_stat(&st, r->commondir));
	*out = mem_printf("%llu", (unsigned long long)st.ino);
	return NULL;
}

static err_t name(struct store *s, const char *at)
{
	char device[37];

	clock_uuid(device);
	TRY(store_meta_set(s, "device", device));
	return store_meta_set(s, "device_at", at);
}

err_t replica_name(struct store *s, struct repo *r)
{
	scoped_free char *at = NULL;

	TRY(place(&at, r));
	return name(s, at);
}

static err_t own(bool *copy, struct store *s, const char *at)
{
	scoped_free char *device = NULL, *was_at = NULL;

	TRY(store_meta_get(&device, s, "device"));
	TRY(store_meta_get(&was_at, s, "device_at"));
	*copy = device && was_at && strcmp(was_at, at) != 0;
	/* named by a version that did not say where */
	if (device && !was_at)
		return store_meta_set(s, "device_at", at);
	if (device && !*copy)
		return NULL;	/* another process has done it meanwhile */
	TRY(store_meta_clear(s, "lease:"));
	return name(s, at);
}

err_t replica_own(struct store *s, struct repo *r)
{
	scoped_free char *at = NULL, *was_at = NULL;
	bool copy = false;
	err_t err;

	TRY(place(&at, r));
	TRY(store_meta_get(&was_at, s, "device_at"));
	if (was_at && strcmp(was_at, at) == 0)
		return NULL;
	TRY(store_begin(s));
	err = own(&copy, s, at);
	if (!err)
		err = store_commit(s);
	if (err) {
		store_rollback(s);
		return err;
	}
	if (copy)
		fputs("this clone is a copy of another one: the remote knows it by a name of its "
		      "own from now on\n", stderr);
	return NULL;
}
