#include "util/hash.h"
#include "util/hash_round.h"

#include <stdio.h>

struct block {
	uint32_t state[8];
	uint64_t len;
	unsigned char buf[64];
	hash_round_fn round;
};

static uint32_t rol(uint32_t x, int n)
{
	return (x << n) | (x >> (32 - n));
}

static uint32_t ror(uint32_t x, int n)
{
	return (x >> n) | (x << (32 - n));
}

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

void hash_round_sha1(uint32_t *s, const unsigned char *at)
{
	uint32_t w[80], a = s[0], b = s[1], c = s[2], d = s[3], e = s[4];

	for (int i = 0; i < 16; i++)
		w[i] = be32(at + 4 * i);
	for (int i = 16; i < 80; i++)
		w[i] = rol(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	for (int i = 0; i < 80; i++) {
		uint32_t f, k, t;

		if (i < 20)
			f = (b & c) | (~b & d), k = 0x5A827999;
		else if (i < 40)
			f = b ^ c ^ d, k = 0x6ED9EBA1;
		else if (i < 60)
			f = (b & c) | (b & d) | (c & d), k = 0x8F1BBCDC;
		else
			f = b ^ c ^ d, k = 0xCA62C1D6;
		t = rol(a, 5) + f + e + k + w[i];
		e = d, d = c, c = rol(b, 30), b = a, a = t;
	}
	s[0] += a, s[1] += b, s[2] += c, s[3] += d, s[4] += e;
}

const uint32_t hash_sha256_k[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

void hash_round_sha256(uint32_t *s, const unsigned char *at)
{
	uint32_t a = s[0], b = s[1], c = s[2], d = s[3];
	uint32_t e = s[4], f = s[5], g = s[6], h = s[7], w[64];

	for (int i = 0; i < 16; i++)
		w[i] = be32(at + 4 * i);
	for (int i = 16; i < 64; i++) {
		uint32_t s0 = ror(w[i - 15], 7) ^ ror(w[i - 15], 18) ^ (w[i - 15] >> 3);
		uint32_t s1 = ror(w[i - 2], 17) ^ ror(w[i - 2], 19) ^ (w[i - 2] >> 10);

		w[i] = w[i - 16] + s0 + w[i - 7] + s1;
	}
	for (int i = 0; i < 64; i++) {
		uint32_t s1 = ror(e, 6) ^ ror(e, 11) ^ ror(e, 25);
		uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + hash_sha256_k[i] + w[i];
		uint32_t s0 = ror(a, 2) ^ ror(a, 13) ^ ror(a, 22);

		h = g, g = f, f = e, e = d + t1;
		d = c, c = b, b = a;
		a = t1 + s0 + ((b & c) ^ (b & d) ^ (c & d));
	}
	s[0] += a, s[1] += b, s[2] += c, s[3] += d;
	s[4] += e, s[5] += f, s[6] += g, s[7] += h;
}

static void feed(struct block *h, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	size_t have = h->len % 64;

	h->len += len;
	if (have) {
		size_t take = len < 64 - have ? len : 64 - have;

		memcpy(h->buf + have, at, take);
		at += take;
		len -= take;
		if (have + take < 64)
			return;
		h->round(h->state, h->buf);
	}
	for (; len >= 64; at += 64, len -= 64)
		h->round(h->state, at);
	if (len)
		memcpy(h->buf, at, len);
}

static void finish(struct block *h, int words, char *hex)
{
	static const char digit[] = "0123456789abcdef";
	static const unsigned char pad[64] = {0x80};
	uint64_t bits = h->len * 8;
	unsigned char size[8];

	for (int i = 0; i < 8; i++)
		size[i] = (unsigned char)(bits >> (56 - 8 * i));
	feed(h, pad, 1 + (119 - h->len % 64) % 64);
	feed(h, size, 8);
	for (int i = 0; i < words * 8; i++)
		hex[i] = digit[(h->state[i / 8] >> (28 - 4 * (i % 8))) & 15];
	hex[words * 8] = '\0';
}

static struct block sha1_start(void)
{
	hash_round_fn fast = hash_round_x86();

	return (struct block){
		.state = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0},
		.round = fast ? fast : hash_round_sha1,
	};
}

struct oid hash_sha1(struct slice bytes)
{
	struct block h = sha1_start();
	struct oid oid;

	if (bytes.len)
		feed(&h, bytes.at, bytes.len);
	finish(&h, 5, oid.hex);
	return oid;
}

struct oid hash_object(const char *type, struct slice content)
{
	struct block h = sha1_start();
	struct oid oid;
	char head[32];
	int n = snprintf(head, sizeof(head), "%.8s %zu", type, content.len);

	feed(&h, head, (size_t)n + 1);
	if (content.len)
		feed(&h, content.at, content.len);
	finish(&h, 5, oid.hex);
	return oid;
}

struct oid hash_blob(struct slice content)
{
	return hash_object("blob", content);
}

struct sha256 hash_sha256(struct slice bytes)
{
	hash_round_fn fast = hash_round256_x86();
	struct block h = {
		.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
			  0x1f83d9ab, 0x5be0cd19},
		.round = fast ? fast : hash_round_sha256,
	};
	struct sha256 sum;

	if (bytes.len)
		feed(&h, bytes.at, bytes.len);
	finish(&h, 8, sum.hex);
	return sum;
}

bool hash_is_hex(const char *s, size_t len)
{
	size_t n = strspn(s, "0123456789abcdef");

	return n == len && s[n] == '\0';
}
