/*
 * A web server that does as a script says, in a thread of the test: one step answers one
 * request, and the last step all that follow. It keeps what it was asked. Everything here is
 * static, for a test is one program.
 */
#ifndef TESTS_HTTP_SCRIPT_H
#define TESTS_HTTP_SCRIPT_H

#include "util/mem.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum http_fault {
	HTTP_FINE,
	HTTP_RESET,	 /* the request is taken, the connection reset: the answer is lost */
	HTTP_RESET_MID,	 /* reset within the body */
	HTTP_SHORT,	 /* the body ends before its Content-Length */
	HTTP_LONG,	 /* Content-Length is less than the body */
	HTTP_UNBOUND,	 /* no Content-Length; the connection ends the body */
	HTTP_CHUNKED,	 /* in chunks of 7 bytes */
	HTTP_CHUNKS_CUT, /* the last chunk never comes */
	HTTP_SLICED,	 /* byte by byte */
	HTTP_LATE,	 /* after 300 ms */
	HTTP_SILENT,	 /* never */
};

struct http_step {
	int status;
	const char *body;
	const char *headers; /* more of them, each with CRLF; NULL */
	enum http_fault fault;
	size_t cut; /* the body without its last bytes; what is left is said to be all */
};

#define ANSWER(code, text)                       \
	{                                        \
		.status = (code), .body = (text) \
	}
#define HTTP_LOG 64

static struct {
	int fd, port;
	pthread_t thread;
	pthread_mutex_t mutex;
	const struct http_step *steps;
	size_t nr;
	char *asked[HTTP_LOG]; /* whole requests */
	size_t len;	       /* how many there were */
} http = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void http_write(int fd, const char *at, size_t len)
{
	while (len) {
		ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		at += n;
		len -= (size_t)n;
	}
}

static void http_sleep(int ms)
{
	nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL);
}

static void http_reset(int fd)
{
	struct linger hard = {1, 0};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
}

/* One request with its body; NULL at the end of the connection. */
static char *http_read(int fd)
{
	char *text = mem_alloc(1);
	size_t len = 0, need = 0;

	for (;;) {
		char *end = strstr(text, "\r\n\r\n"),
		     *length = strcasestr(text, "\r\nContent-Length:");
		ssize_t n;

		if (end && !need)
			need = (size_t)(end + 4 - text) +
			       (length && length < end ? strtoul(length + 17, NULL, 10) : 0);
		if (need && len >= need)
			return text;
		text = mem_realloc(text, len + 65537);
		n = recv(fd, text + len, 65536, 0);
		if (n <= 0)
			break;
		len += (size_t)n;
		text[len] = '\0';
	}
	free(text);
	return NULL;
}

/* A copy: the test may be over before its answer is. */
static struct http_step http_next(char **body, char *request)
{
	struct http_step step;

	pthread_mutex_lock(&http.mutex);
	step = http.steps[http.len < http.nr ? http.len : http.nr - 1];
	step.body = *body = mem_strdup(step.body);
	if (http.len < HTTP_LOG)
		http.asked[http.len] = request;
	else
		free(request);
	http.len++;
	pthread_mutex_unlock(&http.mutex);
	return step;
}

static void http_chunks(int fd, const char *body, size_t len, bool whole)
{
	while (len) {
		size_t n = len < 7 ? len : 7;
		scoped_free char *chunk = mem_printf("%zx\r\n%.*s\r\n", n, (int)n, body);

		http_write(fd, chunk, strlen(chunk));
		body += n;
		len -= n;
	}
	if (whole)
		http_write(fd, "0\r\n\r\n", 5);
}

static void http_head(int fd, const struct http_step *step, size_t len)
{
	bool chunked = step->fault == HTTP_CHUNKED || step->fault == HTTP_CHUNKS_CUT;
	scoped_free char *length = mem_printf("Content-Length: %zu\r\n", len);
	scoped_free char *head =
		mem_printf("HTTP/1.1 %d Scripted\r\nContent-Type: %s\r\n%s%s\r\n", step->status,
			   step->body[0] == '<' ? "text/html" : "application/json",
			   chunked			 ? "Transfer-Encoding: chunked\r\n"
			   : step->fault == HTTP_UNBOUND ? "Connection: close\r\n"
							 : length,
			   step->headers ? step->headers : "");

	http_write(fd, head, strlen(head));
}

/* False: the connection is to end. */
static bool http_answer(int fd, const struct http_step *step)
{
	size_t len = strlen(step->body) - step->cut;

	switch (step->fault) {
	case HTTP_RESET:
		http_reset(fd);
		return false;
	case HTTP_SILENT:
		free(http_read(fd));
		return false;
	case HTTP_LATE:
		http_sleep(300);
		break;
	default:
		break;
	}
	http_head(fd, step,
		  step->fault == HTTP_SHORT || step->fault == HTTP_RESET_MID ? len + 10
		  : step->fault == HTTP_LONG				     ? len / 2
									     : len);
	if (step->fault == HTTP_CHUNKED || step->fault == HTTP_CHUNKS_CUT)
		http_chunks(fd, step->body, len, step->fault == HTTP_CHUNKED);
	else if (step->fault == HTTP_SLICED)
		for (size_t i = 0; i < len; i++) {
			http_write(fd, step->body + i, 1);
			http_sleep(1);
		}
	else
		http_write(fd, step->body, len);
	if (step->fault == HTTP_RESET_MID) {
		http_sleep(50);
		http_reset(fd);
	}
	return step->fault != HTTP_RESET_MID && step->fault != HTTP_SHORT &&
	       step->fault != HTTP_UNBOUND && step->fault != HTTP_CHUNKS_CUT &&
	       step->fault != HTTP_LONG;
}

static void *http_connection(void *arg)
{
	int fd = *(int *)arg;

	free(arg);
	for (;;) {
		char *request = http_read(fd);
		struct http_step step;
		scoped_free char *body = NULL;

		if (!request)
			break;
		step = http_next(&body, request);
		if (!http_answer(fd, &step))
			break;
	}
	close(fd);
	return NULL;
}

static void *http_accept(void *arg)
{
	(void)arg;
	for (;;) {
		int *fd = mem_alloc(sizeof(*fd));
		pthread_t thread;

		*fd = accept(http.fd, NULL, NULL);
		if (*fd < 0 || pthread_create(&thread, NULL, http_connection, fd) != 0) {
			free(fd);
			return NULL;
		}
		pthread_detach(thread);
	}
}

static int http_start(void **state)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);

	(void)state;
	http.fd = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(http.fd, (struct sockaddr *)&address, len) || listen(http.fd, 16) ||
	    getsockname(http.fd, (struct sockaddr *)&address, &len) ||
	    pthread_create(&http.thread, NULL, http_accept, NULL))
		return -1;
	http.port = ntohs(address.sin_port);
	return 0;
}

static void http_forget(void)
{
	for (size_t i = 0; i < http.len && i < HTTP_LOG; i++)
		free(steal(http.asked[i]));
	http.len = 0;
}

/* From now on these steps. */
static void http_script(const struct http_step *steps, size_t nr)
{
	pthread_mutex_lock(&http.mutex);
	http_forget();
	http.steps = steps;
	http.nr = nr;
	pthread_mutex_unlock(&http.mutex);
}
#define HTTP_SCRIPT(...)                                        \
	static const struct http_step steps_[] = {__VA_ARGS__}; \
	http_script(steps_, sizeof(steps_) / sizeof(*steps_))

/* What follows the headers. */
static const char *http_body(size_t i)
{
	return strstr(http.asked[i], "\r\n\r\n") + 4;
}

static int http_stop(void **state)
{
	(void)state;
	shutdown(http.fd, SHUT_RDWR);
	pthread_join(http.thread, NULL);
	close(http.fd);
	http_forget();
	return 0;
}

#endif
