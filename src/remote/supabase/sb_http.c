/* One request, once. All of libcurl is here; what it cannot do becomes a kind of breakage. */
#include "remote/supabase/sb.h"
#include "util/clock.h"
#include "util/fault.h"
#include "util/trace.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONNECT_MS 5000
#define STALL_MS 15000
#define DEADLINE_MS 30000
#define PAUSE_MS 500
#define UNSPECIFIED 1	/* X509_V_ERR_UNSPECIFIED: libcurl's before it looked */
#define NOT_YET_VALID 9	/* X509_V_ERR_CERT_NOT_YET_VALID */
#define EXPIRED 10	/* X509_V_ERR_CERT_HAS_EXPIRED */

struct sb_http {
	CURL *easy;
	char *url;
	char *apikey;	/* the header */
	char why[CURL_ERROR_SIZE];
	int pause_ms, deadline_ms;
	bool connected;	/* a connection is kept from the request before */
};

/* --- opening -------------------------------------------------------------------------------- */

void sb_http_close(struct sb_http *h)
{
	if (!h)
		return;
	curl_easy_cleanup(h->easy);
	free(h->url);
	if (h->apikey)
		explicit_bzero(h->apikey, strlen(h->apikey));
	free(h->apikey);
	free(h);
}

static void close_http(struct sb_http **h)
{
	sb_http_close(*h);
}

static void set_text(CURL *easy, CURLoption option, const char *text)
{
	if (text)
		curl_easy_setopt(easy, option, text);
}

/* A proxy sees what is sent in the clear, so that loopback has none. */
static void set_network(struct sb_http *h, const struct supabase_options *o, bool loopback)
{
	int stall = o->stall_ms ? o->stall_ms : STALL_MS;

	curl_easy_setopt(h->easy, CURLOPT_PROTOCOLS_STR, loopback ? "https,http" : "https");
	curl_easy_setopt(h->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(h->easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(h->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h->easy, CURLOPT_CONNECTTIMEOUT_MS,
			 (long)(o->connect_ms ? o->connect_ms : CONNECT_MS));
	curl_easy_setopt(h->easy, CURLOPT_TIMEOUT_MS, (long)h->deadline_ms);
	curl_easy_setopt(h->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(h->easy, CURLOPT_LOW_SPEED_TIME, (long)((stall + 999) / 1000));
	set_text(h->easy, CURLOPT_PROXY, loopback ? "" : o->proxy);
}

static void set_tls(struct sb_http *h, const struct supabase_options *o)
{
	curl_easy_setopt(h->easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(h->easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(h->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	set_text(h->easy, CURLOPT_CAINFO, o->ca_info);
	set_text(h->easy, CURLOPT_CAPATH, o->ca_path);
	set_text(h->easy, CURLOPT_SSLCERT, o->cert);
	set_text(h->easy, CURLOPT_SSLKEY, o->cert_key);
}

static size_t take_body(char *at, size_t size, size_t nr, void *ctx);

struct taking {
	struct sb_reply *reply;
	size_t max;
};

err_t sb_http_open(struct sb_http **out, const struct supabase_options *o)
{
	scoped(close_http) struct sb_http *h = mem_alloc(sizeof(*h));
	static bool started;
	bool loopback;

	TRY(sb_check_url(&h->url, &loopback, o->url));
	TRY(sb_check_key(o->key));
	if (!started && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_new(ERR_FATAL, "cannot start libcurl");
	started = true;
	h->easy = curl_easy_init();
	if (!h->easy)
		return err_new(ERR_FATAL, "cannot start libcurl");
	h->apikey = mem_printf("apikey: %s", o->key);
	h->pause_ms = o->pause_ms ? o->pause_ms : PAUSE_MS;
	h->deadline_ms = o->deadline_ms ? o->deadline_ms : DEADLINE_MS;
	set_network(h, o, loopback);
	set_tls(h, o);
	curl_easy_setopt(h->easy, CURLOPT_USERAGENT, "git-agent/" GIT_AGENT_VERSION);
	curl_easy_setopt(h->easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(h->easy, CURLOPT_ERRORBUFFER, h->why);
	curl_easy_setopt(h->easy, CURLOPT_WRITEFUNCTION, take_body);
	*out = steal(h);
	return NULL;
}

const char *sb_http_library(void)
{
	return curl_version_info(CURLVERSION_NOW)->version;
}

const char *sb_http_url(const struct sb_http *h)
{
	return h->url;
}

int sb_http_pause_ms(const struct sb_http *h)
{
	return h->pause_ms;
}

int sb_http_deadline_ms(const struct sb_http *h)
{
	return h->deadline_ms;
}

/* --- sending -------------------------------------------------------------------------------- */

static size_t take_body(char *at, size_t size, size_t nr, void *ctx)
{
	struct taking *t = ctx;

	nr *= size;
	t->reply->len += nr;
	if (t->reply->len > t->max) {
		t->reply->broken = SB_TOO_LARGE;
		return 0;
	}
	return fwrite(at, 1, nr, t->reply->stream.file);
}

static void free_list(struct curl_slist **list)
{
	curl_slist_free_all(*list);
}

static struct curl_slist *headers(const struct sb_http *h, const struct sb_request *r,
				  const char *token)
{
	struct curl_slist *list = curl_slist_append(NULL, h->apikey);

	if (token) {
		char *bearer = mem_printf("Authorization: Bearer %s", token);

		list = curl_slist_append(list, bearer);
		explicit_bzero(bearer, strlen(bearer));
		free(bearer);
	}
	if (strncmp(r->path, "rest/", 5) == 0)
		list = curl_slist_append(list, r->body ? "Content-Profile: gitagent"
						       : "Accept-Profile: gitagent");
	if (r->body)
		list = curl_slist_append(list, "Content-Type: application/json");
	/* Waiting for a "100 Continue" costs a round trip, or a second. */
	list = curl_slist_append(list, "Expect:");
	return curl_slist_append(list, "Accept: application/json");
}

static enum sb_broken breakage(CURLcode rc)
{
	switch (rc) {
	case CURLE_OK:
		return SB_WHOLE;
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
		return SB_UNREACHED;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return SB_CERTIFICATE;
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ENGINE_NOTFOUND:
	case CURLE_URL_MALFORMAT:
	case CURLE_BAD_FUNCTION_ARGUMENT:
	case CURLE_NOT_BUILT_IN:
		return SB_WRONG;
	default:
		return SB_CUT;
	}
}

/* The host is compared first. */
static const char *certificate(const struct sb_http *h)
{
	long verdict = 0;

	curl_easy_getinfo(h->easy, CURLINFO_SSL_VERIFYRESULT, &verdict);
	switch (verdict) {
	case 0:
	case UNSPECIFIED:
		return "it is for another host";
	case EXPIRED:
		return "it has expired";
	case NOT_YET_VALID:
		return "it is not valid yet";
	default:
		return "nobody we trust has signed it";
	}
}

static void trace(const struct sb_request *r, const struct sb_reply *reply, int64_t ns)
{
	char status[24];

	if (!trace_wanted(TRACE_HTTP) && !trace_wanted(TRACE_EVENTS))
		return;
	snprintf(status, sizeof(status), "%ld", reply->status);
	trace_printf(TRACE_HTTP, "http: %s %s %s%s, %zu bytes out, %zu in, %" PRId64 " ms\n",
		     r->body ? "POST" : "GET", r->path, reply->broken ? "failed: " : "",
		     reply->broken ? reply->reason : status, r->body ? strlen(r->body) : 0,
		     reply->len, ns / 1000000);
	trace_count("http", "status", reply->broken ? 0 : reply->status);
}

static char *copy_header(struct sb_http *h, const char *name)
{
	struct curl_header *header;

	if (curl_easy_header(h->easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
		return NULL;
	return mem_strdup(header->value);
}

static void finish(struct sb_reply *out, struct sb_http *h, CURLcode rc)
{
	curl_off_t wait = 0;
	long connects = 0;

	out->body = mem_stream_close(&out->stream, NULL);
	if (!out->broken)
		out->broken = breakage(rc);
	if (out->broken == SB_CERTIFICATE)
		out->reason = mem_strdup(certificate(h));
	else if (out->broken)
		out->reason = mem_strdup(h->why[0] ? h->why : curl_easy_strerror(rc));
	curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &out->status);
	curl_easy_getinfo(h->easy, CURLINFO_RETRY_AFTER, &wait);
	curl_easy_getinfo(h->easy, CURLINFO_NUM_CONNECTS, &connects);
	out->tries = h->connected && connects ? 2 : 1;
	h->connected = !out->broken;
	out->retry_after = wait > 0 ? (long)wait : -1;
	if (out->status >= 300 && out->status < 400)
		out->location = copy_header(h, "Location");
	if (!out->broken && (out->status < 200 || out->status > 299))
		sb_reply_read_error(out);
}

void sb_http_send(struct sb_reply *out, struct sb_http *h, const struct sb_request *r,
		  const char *token)
{
	scoped(free_list) struct curl_slist *list = headers(h, r, token);
	scoped_free char *url = mem_printf("%s/%s", h->url, r->path);
	struct taking taking = {out, r->max ? r->max : SB_REPLY_MAX};
	int64_t start = clock_monotonic_ns();
	CURLcode rc;

	*out = (struct sb_reply){0};
	mem_stream_open(&out->stream);
	curl_easy_setopt(h->easy, CURLOPT_URL, url);
	curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, list);
	curl_easy_setopt(h->easy, CURLOPT_WRITEDATA, &taking);
	if (r->body) {
		curl_easy_setopt(h->easy, CURLOPT_POSTFIELDS, r->body);
		curl_easy_setopt(h->easy, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)strlen(r->body));
	} else {
		curl_easy_setopt(h->easy, CURLOPT_HTTPGET, 1L);
	}
	/* On an old connection libcurl may send it twice by itself. */
	curl_easy_setopt(h->easy, CURLOPT_FRESH_CONNECT, (long)r->once);
	h->why[0] = '\0';
	fault_point("http-send");
	rc = curl_easy_perform(h->easy);
	fault_point("http-received");
	finish(out, h, rc);
	curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, NULL);
	trace(r, out, clock_monotonic_ns() - start);
}

void sb_http_pause(const struct sb_http *h, int ms)
{
	struct timespec left = {ms / 1000, ms % 1000 * 1000000L};

	trace_printf(TRACE_HTTP, "http: again in %d ms\n", ms);
	while (nanosleep(&left, &left) != 0)
		;
}

void sb_reply_release(struct sb_reply *r)
{
	if (r->stream.file)
		free(mem_stream_close(&r->stream, NULL));
	if (r->body)
		explicit_bzero(r->body, strlen(r->body));
	free(r->body);
	free(r->reason);
	free(r->location);
	free(r->code);
	free(r->message);
	free(r->details);
	*r = (struct sb_reply){0};
}
