/*
 * What a hook reads: lines of updates on standard input, as pre-push and pre-receive get them,
 * judged in a repository of two commits, and the same bytes as a commit message. "A", "B" and "0"
 * at the start of a word stand for the ids of the commits and of none. Bad lines are misuse or
 * refused, and nothing else.
 */
#include "cmd/cmd.h"
#include "cmd/hook_idle.h"
#include "util/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[] = "/tmp/git-agent-fuzz-XXXXXX";
static char id[2][41], zero[] = "0000000000000000000000000000000000000000";

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void remove_dir(void)
{
	scoped_free char *command = mem_printf("rm -rf '%s'", dir);

	if (system(command) != 0)
		fprintf(stderr, "cannot remove %s\n", dir);
}

/* Two directories above this program's own. */
static void set_libexec(void)
{
	char exe[4096];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	scoped_free char *libexec = NULL;

	require(n > 0);
	exe[n] = '\0';
	for (int i = 0; i < 3 && strrchr(exe, '/'); i++)
		*strrchr(exe, '/') = '\0';
	libexec = mem_printf("%s/libexec/git-agent", exe);
	setenv("GIT_AGENT_LIBEXEC", libexec, 0);
}

static void begin(void)
{
	static const char script[] =
		"exec >/dev/null && git init -q -b main && git config user.name A && "
		"git config user.email a@example.org && mkdir -p .agent/cache/stories/INFRA && "
		"s=.agent/cache/stories/INFRA/INFRA-001-one.md && "
		"printf '# INFRA-001: One\\n\\n## State\\n\\nDRAFT\\n' >$s && git add . && "
		"git commit -qm one && git rev-parse HEAD >ids && "
		"printf '# INFRA-001: One\\n\\n## State\\n\\nDONE\\n' >$s && "
		"git commit -qam two && git rev-parse HEAD >>ids";
	FILE *ids;

	set_libexec();
	unsetenv("GIT_DIR");
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	require(mkdtemp(dir) && chdir(dir) == 0);
	atexit(remove_dir);
	require(system(script) == 0);
	ids = fopen("ids", "re");
	require(ids && fscanf(ids, "%40s %40s", id[0], id[1]) == 2);
	fclose(ids);
}

static char *expand(size_t *len, struct slice text)
{
	struct mem_stream out;

	mem_stream_open(&out);
	for (size_t i = 0; i < text.len; i++) {
		bool starts = i == 0 || text.at[i - 1] == ' ' || text.at[i - 1] == '\n';

		if (starts && (text.at[i] == 'A' || text.at[i] == 'B'))
			fputs(id[text.at[i] - 'A'], out.file);
		else if (starts && text.at[i] == '0')
			fputs(zero, out.file);
		else
			putc(text.at[i], out.file);
	}
	return mem_stream_close(&out, len);
}

static void judge(char *text, size_t len)
{
	char name[] = "verify", option[] = "--stdin";
	char *argv[] = {name, option, NULL};
	FILE *in = stdin, *out = stdout;
	err_t err;

	stdin = fmemopen(text, len, "r");
	stdout = fopen("/dev/null", "we");
	require(stdin && stdout);
	err = cmd_verify(2, argv);
	fclose(stdin);
	fclose(stdout);
	stdin = in;
	stdout = out;
	require(!err || err->code == ERR_MISUSE || err->code == ERR_REFUSED ||
		err->code == ERR_NOTFOUND || err->code == ERR_DIFFERS);
	err_free(err);
}

static void message(const char *text, size_t len)
{
	char name[] = "message";
	char *argv[] = {name, NULL};
	scoped(strs_release) struct strs found = {0};
	FILE *out = fopen(name, "we");
	err_t err;

	require(out && fwrite(text, 1, len, out) == len && fclose(out) == 0);
	err = hook_message_labels(&found, argv);
	require(!err);
	for (size_t i = 0; i < found.len; i++)
		require(memmem(text, len, found.at[i], strlen(found.at[i])) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	scoped_free char *from = getcwd(NULL, 0), *text = NULL;
	size_t len;

	require(from);
	if (!id[0][0])
		begin();
	require(chdir(dir) == 0);
	text = expand(&len, slice_of((const char *)data, size));
	if (len)
		judge(text, len);
	message(text, len);
	require(chdir(from) == 0);
	return 0;
}
