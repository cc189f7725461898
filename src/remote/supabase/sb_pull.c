/* pull: a page that is too much for the server, or for us, is asked for in a smaller size. */
#include "remote/supabase/sb_remote.h"

#include <stdlib.h>

#define LIMIT 200
#define BYTES (1024 * 1024)
#define ROW_MAX (64u * 1024 * 1024) /* of one artifact with all its revisions */

struct page {
	long limit, bytes;
};

static long number(const char *request, const char *key, long otherwise)
{
	struct slice value;
	long n;

	if (!sb_json_get(&value, slice_str(request), key))
		return otherwise;
	n = strtol(value.at, NULL, 10);
	return n > 0 && n < otherwise ? n : otherwise;
}

static char *smaller(const char *arguments, struct page *page)
{
	page->limit = page->limit > 4 ? page->limit / 4 : 1;
	page->bytes = page->limit > 1 ? page->bytes / 4 + 1 : 1;
	return mem_printf("%s,\"limit\":%ld,\"max_bytes\":%ld}", arguments, page->limit,
			  page->bytes);
}

static err_t ask(struct sb_reply *out, struct sb *s, const char *body, bool last)
{
	return sb_ask(out, s,
		      &(struct sb_request){
			      .path = "rest/v1/rpc/pull",
			      .body = body,
			      .max = last ? ROW_MAX : 0,
			      .want_split = !last,
		      });
}

err_t sb_pull(void *ctx, char **reply, const char *request)
{
	static const char *const sizes[] = {"limit", "max_bytes", NULL};
	struct page page = {number(request, "limit", LIMIT), number(request, "max_bytes", BYTES)};
	scoped_free char *all = NULL, *arguments = NULL, *body = NULL;
	struct sb *s = ctx;

	TRY(sb_project(s));
	TRY(sb_arguments(&all, s, request, NULL));
	TRY(sb_arguments(&arguments, s, request, sizes));
	body = mem_printf("%s}", all);
	for (;;) {
		scoped(sb_reply_release) struct sb_reply r = {0};

		TRY(ask(&r, s, body, page.limit == 1));
		if (!r.broken && r.status >= 200 && r.status <= 299) {
			*reply = steal(r.body);
			return NULL;
		}
		free(body);
		body = smaller(arguments, &page);
	}
}
