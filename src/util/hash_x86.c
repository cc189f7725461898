/* SHA-1 and SHA-256 with the instructions that x86 processors have for them. */
#include "util/hash_round.h"

#if defined(__x86_64__) && __has_include(<sys/platform/x86.h>)
#include <immintrin.h>
#include <sys/platform/x86.h>

/* What the next four rounds are given of the words so far; m is a ring of four. */
#define NEXT_WORDS(m, g)                                                                       \
	_mm_sha1msg2_epu32(_mm_xor_si128(_mm_sha1msg1_epu32((m)[(g) % 4], (m)[((g) + 1) % 4]), \
					 (m)[((g) + 2) % 4]),                                  \
			   (m)[((g) + 3) % 4])

/* Five times four rounds with one function; the instruction wants its number as a constant. */
#define TWENTY_ROUNDS(n)                                                       \
	for (int g = 5 * (n); g < 5 * (n) + 5; g++) {                          \
		e = g ? _mm_sha1nexte_epu32(before, m[g % 4])                  \
		      : _mm_add_epi32(e, m[0]);                                \
		before = abcd;                                                 \
		abcd = _mm_sha1rnds4_epu32(abcd, e, (n));                      \
		m[g % 4] = NEXT_WORDS(m, g);                                   \
	}

__attribute__((target("sha,sse4.1"))) static void round_x86(uint32_t *s, const unsigned char *at)
{
	const __m128i swap = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
	__m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)s), 0x1B);
	__m128i e = _mm_set_epi32((int)s[4], 0, 0, 0), before = abcd;
	const __m128i abcd_was = abcd, e_was = e;
	__m128i m[4];

	for (int i = 0; i < 4; i++)
		m[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)at + i), swap);
	TWENTY_ROUNDS(0)
	TWENTY_ROUNDS(1)
	TWENTY_ROUNDS(2)
	TWENTY_ROUNDS(3)
	e = _mm_sha1nexte_epu32(before, e_was);
	abcd = _mm_add_epi32(abcd, abcd_was);
	_mm_storeu_si128((__m128i *)s, _mm_shuffle_epi32(abcd, 0x1B));
	s[4] = (uint32_t)_mm_extract_epi32(e, 3);
}

/* The instructions want a, b, e, f in one register and c, d, g, h in the other. */
__attribute__((target("sha,sse4.1"))) static void round256_x86(uint32_t *s,
							       const unsigned char *at)
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	__m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)s), 0xB1);
	__m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)s + 1), 0x1B);
	__m128i abef = _mm_alignr_epi8(cdab, efgh, 8), cdgh = _mm_blend_epi16(efgh, cdab, 0xF0);
	const __m128i abef_was = abef, cdgh_was = cdgh;
	__m128i m[4], words, feba, dchg;

	for (int i = 0; i < 4; i++)
		m[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)at + i), swap);
	for (int g = 0; g < 16; g++) {
		words = _mm_add_epi32(m[g % 4],
				      _mm_loadu_si128((const __m128i *)hash_sha256_k + g));
		cdgh = _mm_sha256rnds2_epu32(cdgh, abef, words);
		abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(words, 0x0E));
		words = _mm_add_epi32(_mm_sha256msg1_epu32(m[g % 4], m[(g + 1) % 4]),
				      _mm_alignr_epi8(m[(g + 3) % 4], m[(g + 2) % 4], 4));
		m[g % 4] = _mm_sha256msg2_epu32(words, m[(g + 3) % 4]);
	}
	feba = _mm_shuffle_epi32(_mm_add_epi32(abef, abef_was), 0x1B);
	dchg = _mm_shuffle_epi32(_mm_add_epi32(cdgh, cdgh_was), 0xB1);
	_mm_storeu_si128((__m128i *)s, _mm_blend_epi16(feba, dchg, 0xF0));
	_mm_storeu_si128((__m128i *)s + 1, _mm_alignr_epi8(dchg, feba, 8));
}

static bool has_instructions(void)
{
	return CPU_FEATURE_ACTIVE(SHA) && CPU_FEATURE_ACTIVE(SSE4_1);
}

hash_round_fn hash_round_x86(void)
{
	return has_instructions() ? round_x86 : NULL;
}

hash_round_fn hash_round256_x86(void)
{
	return has_instructions() ? round256_x86 : NULL;
}
#else
hash_round_fn hash_round256_x86(void)
{
	return NULL;
}

hash_round_fn hash_round_x86(void)
{
	return NULL;
}
#endif
