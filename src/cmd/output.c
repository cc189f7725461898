#include "cmd/output.h"
#include "cli/color.h"
#include "cli/pager.h"
#include "cli/text.h"
#include "cmd/advice.h"
#include "util/clock.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define STATE_MAX 20

static bool config_matters(void)
{
	return text_on_terminal(stdout) || getenv("GIT_CONFIG_PARAMETERS") ||
	       getenv("GIT_CONFIG_COUNT");
}

static const char *command;

void output_command(const char *name)
{
	command = name;
}

/* pager.agent-<command>, else pager.agent. */
static err_t find_pager(const char **out, struct session *s)
{
	scoped_free char *key = mem_printf("pager.agent-%s", command ? command : "");

	TRY(repo_config(out, s->repo, key));
	return *out ? NULL : repo_config(out, s->repo, "pager.agent");
}

/* color.pager=false: a pager that shows escapes as they are. */
static err_t take_color(void *ctx, const char *slot, const char *escapes)
{
	color_set(slot, escapes);
	return NULL;
}

static err_t check_pager(bool *color, struct session *s)
{
	if (*color && pager_in_use())
		TRY(repo_config_bool(color, s->repo, "color.pager", true));
	return NULL;
}

static bool is_when(const char *value)
{
	static const char *const words[] = {"always", "never", "auto", "true", "false", "yes",
					    "no",     "on",    "off",  "1",    "0"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcasecmp(value, words[i]) == 0)
			return true;
	return false;
}

err_t output_begin(bool *color, struct session *s, const char *option, bool pager)
{
	const char *agent = NULL, *ui = NULL, *pager_agent = NULL, *core_pager = NULL;

	if (option && !is_when(option))
		return err_new(ERR_MISUSE, "--color is always, never or auto, not '%s'", option);
	if (config_matters()) {
		TRY(find_pager(&pager_agent, s));
		TRY(repo_config(&agent, s->repo, "color.agent"));
		TRY(repo_config(&ui, s->repo, "color.ui"));
		TRY(repo_config(&core_pager, s->repo, "core.pager"));
	}
	if (pager)
		TRY(pager_start(pager_agent, core_pager));
	*color = color_wanted(option, agent, ui, stdout);
	if (!option)
		TRY(check_pager(color, s));
	return *color ? repo_config_colors(s->repo, "color.agent.", take_color, NULL) : NULL;
}

void output_art(struct json *j, const struct art *art)
{
	char updated[21];
	bool stored = art->uid[0] != '\0';

	json_key_string(j, "id", art->label[0] ? art->label : NULL);
	json_key_string(j, "uid", stored ? art->uid : NULL);
	json_key_string(j, "kind", art->kind);
	json_key_string(j, "scope", art->scope[0] ? art->scope : NULL);
	json_key_string(j, "title", art->title);
	json_key_string(j, "state", art->state[0] ? art->state : NULL);
	json_key_string(j, "path", art->path);
	json_key_string(j, "oid", art->oid.hex);
	if (!stored)
		return;
	clock_format(art->time, updated);
	json_key_string(j, "revision", art->head.hex);
	json_key_string(j, "approval", art->approval[0] ? art->approval : NULL);
	json_key_string(j, "author", art->author);
	json_key_string(j, "updated", updated);
	json_key_bool(j, "dirty", art->dirty);
	json_key_bool(j, "conflict", art->conflict);
	json_key_bool(j, "deleted", art->deleted);
}

void output_path(const char *path)
{
	if (!strpbrk(path, "\"\\\t\n\r\x1b\x7f")) {
		fputs(path, stdout);
		return;
	}
	putchar('"');
	for (const unsigned char *p = (const unsigned char *)path; *p; p++) {
		if (*p == '"' || *p == '\\')
			printf("\\%c", *p);
		else if (*p < 0x20 || *p == 0x7f)
			printf("\\%03o", *p);
		else
			putchar(*p);
	}
	putchar('"');
}

void output_field(const char *text, bool nul)
{
	if (nul)
		fputs(text, stdout);
	else
		output_path(text);
}

const char *output_flag(const struct art *art)
{
	return art->conflict ? "C" : art->deleted ? "D" : art->dirty ? "M" : "-";
}

void output_porcelain_art(const struct art *art, bool nul)
{
	printf("%s\t%s\t%s\t%s\t", art->kind, art->label[0] ? art->label : "-",
	       art->state[0] ? art->state : "-", output_flag(art));
	output_field(art->path, nul);
	putchar('\t');
	output_field(art->title, nul);
}

const char *output_state_color(bool color, const struct session *s, const struct art *art)
{
	const struct kind *kind = kinds_find(s->kinds, art->kind);
	const struct kind_state *state =
		kind ? kind_state(kind, slice_str(art->state)) : NULL;

	if (!state)
		return color_of(color && art->state[0], COLOR_UNKNOWN);
	if (state->gate)
		return color_of(color, COLOR_APPROVED);
	return color_of(color && state->initial, COLOR_INITIAL);
}

char *output_state(const struct art *art)
{
	return strlen(art->state) > STATE_MAX
		       ? mem_printf("%.*s...", STATE_MAX - 3, art->state)
		       : mem_strdup(art->state);
}

void output_time(char *out, int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	out[0] = '\0';
	if (localtime_r(&t, &tm))
		strftime(out, 32, "%Y-%m-%d %H:%M:%S %z", &tm);
}

void output_say(const char *fmt, ...)
{
	scoped_free char *line = NULL;
	va_list args;

	va_start(args, fmt);
	line = mem_vprintf(fmt, args);
	va_end(args);
	fflush(stdout);
	text_safe_fputs(line, stderr);
	putc('\n', stderr);
}

void output_untouched(const char *path)
{
	output_say("%s was not touched: it shows another text than the one that was changed, or "
		   "git is busy; 'git agent export' writes it", path);
}

void output_hint(err_t err)
{
	if (err->hint && advice_wanted(err->code))
		output_say("hint: %s", err->hint);
}
