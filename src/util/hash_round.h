/* One block of 64 bytes into the state of a SHA-1 or a SHA-256. Internal to util/hash. */
#ifndef UTIL_HASH_ROUND_H
#define UTIL_HASH_ROUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef void (*hash_round_fn)(uint32_t *state, const unsigned char *at);

/* NULL where the processor, or the compiler, has nothing for it. */
hash_round_fn hash_round_x86(void);
hash_round_fn hash_round256_x86(void);

/* Those in C. */
void hash_round_sha1(uint32_t *state, const unsigned char *at);
void hash_round_sha256(uint32_t *state, const unsigned char *at);

extern const uint32_t hash_sha256_k[64];

#endif
