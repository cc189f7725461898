/* `git agent site`: pages for people who look and do not type. */
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/cmd.h"
#include "cmd/output.h"
#include "cmd/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static err_t write_pages(struct site *site)
{
	size_t n = site_arts(site)->len;

	TRY(site_assets(site));
	TRY(site_search(site));
	for (size_t i = 0; i < n; i++) {
		progress_step(&site->session->progress, "Writing pages", i + 1, n);
		TRY(site_artifact(site, i));
	}
	TRY(site_graph(site));
	TRY(site_activity(site));
	TRY(site_board(site));
	return site_out_finish(&site->out);
}

static void print_json(const struct site *site, const char *dir)
{
	struct json j;

	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key_string(&j, "dir", dir);
	json_key_int(&j, "artifacts", (int64_t)site_arts(site)->len);
	json_key_int(&j, "files", (int64_t)site->out.names.len);
	json_key_int(&j, "written", (int64_t)site->out.written);
	json_key_int(&j, "removed", (int64_t)site->out.removed);
	json_object_end(&j);
	json_end(&j);
}

static void print_text(const struct site *site, const char *dir)
{
	printf("%zu artifacts in %zu files, %zu of them new or changed", site_arts(site)->len,
	       site->out.names.len, site->out.written);
	if (site->out.removed)
		printf(", %zu removed", site->out.removed);
	fputs("\nopen ", stdout);
	text_safe_fputs(dir, stdout);
	puts("/index.html");
}

/* The name of the directory that the repository is in. */
static char *default_title(const struct repo *r)
{
	const char *path = r->worktree ? r->worktree : r->gitdir, *slash = strrchr(path, '/');

	return mem_strdup(slash && slash[1] ? slash + 1 : path);
}

err_t cmd_site(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};
	scoped(site_release) struct site site = {0};
	scoped_free char *name = NULL;
	bool json = false, help;
	const struct opt opts[] = {
		OPT_STRING(0, "title", &site.title, "text",
			   "above each page; else the name of the repository's directory"),
		OPT_FLAG(0, "json", &json, "what was written, as JSON"),
		PROGRESS_OPTIONS,
		OPT_END,
	};
	static const char *const synopsis[] = {"[<options>] <directory>", NULL};
	const struct usage usage = {"site", synopsis,
				    "Writes pages for a browser, which need no server and no "
				    "network: a board, a graph, each artifact with its history, "
				    "a search.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc != 1)
		return opts_misuse(&usage, argc ? "one directory at a time"
						: "into which directory?");
	TRY(session_open(&s, SESSION_READ));
	TRY(session_fresh(&s, NULL));
	name = default_title(s.repo);
	if (!site.title)
		site.title = name;
	TRY(site_load(&site, &s));
	TRY(site_out_open(&site.out, argv[0]));
	TRY(write_pages(&site));
	if (json)
		print_json(&site, argv[0]);
	else
		print_text(&site, argv[0]);
	return NULL;
}
