/*
 * Certificates: what is refused says why, and what to do; no request goes to a server that could
 * not prove who it is. The authority, its certificates and the servers are openssl's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "remote/supabase/supabase.h"
#include "util/file.h"
#include "util/mem.h"

#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n[]\n"

static char dir[] = "/tmp/test-tls-XXXXXX";

static void shell(const char *script)
{
	scoped_free char *command = mem_printf("cd '%s' && { %s; } >>log 2>&1", dir, script);

	if (system(command) != 0)
		fail_msg("failed: %s", script);
}

/* <name>.crt and <name>.key for a host, signed by the authority, from one day to another. */
static void certificate(const char *name, const char *host, const char *from, const char *to)
{
	scoped_free char *script = mem_printf(
		"openssl req -newkey rsa:2048 -nodes -keyout %s.key -out %s.csr -subj '/CN=%s' "
		"-addext 'subjectAltName=%s' && "
		"openssl ca -batch -config ca.conf -notext -startdate %s -enddate %s -in %s.csr "
		"-out %s.crt",
		name, name, name, host, from, to, name, name);

	shell(script);
}

static int make_authority(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	shell("mkdir -p rest/v1 && : >index && echo 01 >serial && printf '%s\n' '[ca]' "
	      "default_ca=x '[x]' database=index serial=serial new_certs_dir=. "
	      "certificate=ca.crt private_key=ca.key default_md=sha256 policy=p "
	      "copy_extensions=copy unique_subject=no '[p]' commonName=supplied >ca.conf && "
	      "openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 30 "
	      "-subj /CN=Authority");
	certificate("good", "IP:127.0.0.1", "20200101000000Z", "20991231000000Z");
	certificate("other", "DNS:other.example", "20200101000000Z", "20991231000000Z");
	certificate("expired", "IP:127.0.0.1", "20200101000000Z", "20200201000000Z");
	certificate("early", "IP:127.0.0.1", "20980101000000Z", "20991231000000Z");
	return 0;
}

static int remove_all(void **state)
{
	scoped_free char *command = mem_printf("rm -rf '%s'", dir);

	(void)state;
	return system(command);
}

struct server {
	pid_t pid;
	int port;
	FILE *out;
};

static struct server serve(const char *certificate)
{
	struct server s = {0};
	char line[256];
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	s.pid = fork();
	if (s.pid == 0) {
		scoped_free char *crt = mem_printf("%s.crt", certificate);
		scoped_free char *key = mem_printf("%s.key", certificate);

		dup2(fds[1], STDOUT_FILENO);
		dup2(fds[1], STDERR_FILENO);
		close(fds[0]);
		if (chdir(dir) == 0)
			execlp("openssl", "openssl", "s_server", "-accept", "127.0.0.1:0", "-HTTP",
			       "-cert", crt, "-key", key, (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	s.out = fdopen(fds[0], "r");
	while (!s.port && fgets(line, sizeof(line), s.out))
		sscanf(line, "ACCEPT %*[0-9.]:%d", &s.port);
	assert_true(s.port > 0);
	return s;
}

static void end(struct server *s)
{
	kill(s->pid, SIGTERM);
	waitpid(s->pid, NULL, 0);
	fclose(s->out);
}

static err_t load(void *ctx, struct supabase_session *out)
{
	(void)ctx;
	*out = (struct supabase_session){.access = mem_strdup("token")};
	return NULL;
}

/* Reads the view of projects from such a server. */
static err_t read_from(enum supabase_why *why, const char *certificate, const char *ca)
{
	struct server server = serve(certificate);
	scoped_free char *url = mem_printf("https://127.0.0.1:%d", server.port), *reply = NULL;
	struct supabase_options o = {
		.url = url,
		.key = "sb_publishable_x",
		.ca_info = ca,
		.keeper = {.load = load},
		.pause_ms = 1,
	};
	struct supabase s;
	err_t err = supabase_open(&s, &o);

	if (!err) {
		err = s.read(s.ctx, &reply, "projects");
		*why = s.why(s.ctx);
		s.remote.close(s.remote.ctx);
	}
	end(&server);
	if (!err)
		assert_string_equal(reply, "[]\n");
	return err;
}

static void certificates(void **state)
{
	static const struct {
		const char *name, *text;
		bool trusted;
	} cases[] = {
		{"expired", "it has expired", true},
		{"early", "it is not valid yet", true},
		{"other", "it is for another host", true},
		{"good", "nobody we trust has signed it", false},
		{"good", NULL, true},
	};
	scoped_free char *ca = mem_printf("%s/ca.crt", dir);
	scoped_free char *answer = mem_printf("%s/rest/v1/projects", dir);
	err_t written = file_write(answer, slice_str(ANSWER), 0);

	(void)state;
	assert_null(written);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		enum supabase_why why = SUPABASE_NO_ERROR;
		err_t err = read_from(&why, cases[i].name, cases[i].trusted ? ca : NULL);

		if (!cases[i].text) {
			if (err)
				fail_msg("%s", err->text);
			continue;
		}
		assert_non_null(err);
		assert_int_equal(err->code, ERR_FATAL);
		assert_int_equal(why, SUPABASE_CERTIFICATE);
		if (!strstr(err->text, cases[i].text))
			fail_msg("'%s' does not say '%s'", err->text, cases[i].text);
		assert_non_null(strstr(err->hint, "http.sslCAInfo"));
		err_free(err);
	}
}

static void a_file_of_authorities_that_is_none(void **state)
{
	scoped_free char *none = mem_printf("%s/none.crt", dir);
	enum supabase_why why = SUPABASE_NO_ERROR;
	err_t err = read_from(&why, "good", none);

	(void)state;
	assert_non_null(err);
	assert_int_equal(err->code, ERR_FATAL);
	assert_non_null(strstr(err->text, "none.crt"));
	err_free(err);
}

/* The module is beside the program, not beside its tests. */
static void find_module(void)
{
	char exe[PATH_MAX] = "";
	scoped_free char *libexec = NULL;

	assert_true(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
	libexec = mem_printf("%s/../../libexec/git-agent", dirname(exe));
	setenv("GIT_AGENT_LIBEXEC", libexec, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificates),
		cmocka_unit_test(a_file_of_authorities_that_is_none),
	};

	if (system("openssl version >/dev/null 2>&1") != 0) {
		puts("1..0 # SKIP no openssl program");
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	find_module();
	return cmocka_run_group_tests_name("remote_tls", tests, make_authority, remove_all);
}
