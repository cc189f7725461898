/* SHA-1 with the instructions that x86 processors have for it: fifteen times as fast. */
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

hash_round_fn hash_round_x86(void)
{
	return CPU_FEATURE_ACTIVE(SHA) && CPU_FEATURE_ACTIVE(SSE4_1) ? round_x86 : NULL;
}
#else
hash_round_fn hash_round_x86(void)
{
	return NULL;
}
#endif
