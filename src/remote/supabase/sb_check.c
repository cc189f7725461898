/* What is refused before anything is sent: where to, and with which key. */
#include "remote/supabase/sb.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

static void free_url(CURLU **u)
{
	curl_url_cleanup(*u);
}

static void free_part(char **part)
{
	curl_free(*part);
}

static bool is_loopback(const char *host)
{
	return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
	       (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == strlen(host));
}

static bool has_part(CURLU *u, CURLUPart part)
{
	scoped(free_part) char *text = NULL;

	return curl_url_get(u, part, &text, 0) == CURLUE_OK && *text;
}

err_t sb_check_url(char **out, bool *loopback, const char *url)
{
	scoped(free_url) CURLU *u = curl_url();
	scoped(free_part) char *scheme = NULL, *host = NULL;
	size_t len = strlen(url);

	if (curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK || !*host)
		return err_new(ERR_REFUSED, "'%s' is no url", url);
	if (has_part(u, CURLUPART_USER) || has_part(u, CURLUPART_PASSWORD))
		return err_hint(err_new(ERR_REFUSED, "the url of '%s' holds a user or a password",
					host), "'git agent login' asks for them");
	if (has_part(u, CURLUPART_QUERY) || has_part(u, CURLUPART_FRAGMENT))
		return err_new(ERR_REFUSED, "'%s' has a query or a fragment", url);
	*loopback = is_loopback(host);
	if (strcmp(scheme, "https") != 0 && (strcmp(scheme, "http") != 0 || !*loopback))
		return err_hint(err_new(ERR_REFUSED, "'%s' is not encrypted", url),
				"https://, or http:// to this machine itself");
	while (len && url[len - 1] == '/')
		len--;
	*out = mem_strndup(url, len);
	return NULL;
}

/* The claims of a JWT: its second part, base64 for urls. NULL when it is none. */
static char *claims(const char *jwt)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *at = strchr(jwt, '.');
	struct mem_stream out;
	unsigned bits = 0, nr = 0;

	if (!at)
		return NULL;
	mem_stream_open(&out);
	for (at++; *at && *at != '.'; at++) {
		const char *digit = strchr(digits, *at);

		if (!digit)
			break;
		bits = bits << 6 | (unsigned)(digit - digits);
		nr += 6;
		if (nr >= 8)
			putc((int)(bits >> (nr -= 8) & 0xff), out.file);
	}
	return mem_stream_close(&out, NULL);
}

static bool is_secret(const char *key)
{
	scoped_free char *text = NULL, *role = NULL;

	if (strncmp(key, "sb_secret_", 10) == 0)
		return true;
	text = claims(key);
	if (text) {
		scoped(sb_cjson_release) struct cJSON *payload = sb_cjson_read(slice_str(text));

		role = sb_cjson_text(payload, "role");
	}
	return role && strcmp(role, "anon") != 0;
}

err_t sb_check_key(const char *key)
{
	for (const char *at = key; *at; at++)
		if ((unsigned char)*at <= ' ' || (unsigned char)*at > '~')
			return err_new(ERR_REFUSED, "the key of the project is malformed");
	if (is_secret(key))
		return err_hint(err_new(ERR_REFUSED, "this key is a secret one: with it, a client "
						     "would be above all rules"),
				"the publishable key ('sb_publishable_...') is the right one; a "
				"secret key that was shown is to be replaced in the dashboard");
	return NULL;
}
