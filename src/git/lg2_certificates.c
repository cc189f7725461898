/*
 * When libgit2 starts, it has mbedTLS parse the certificates of the system: 55 of the 90 million
 * instructions of a hook, for connections that nobody here opens. A module comes before its
 * libraries where they look for a function, so this one is found first, and reads nothing. Where
 * libgit2 was built with another TLS library, it is never called.
 */
int mbedtls_x509_crt_parse_file(void *chain, const char *path);

int mbedtls_x509_crt_parse_file(void *chain, const char *path)
{
	return 0;
}
