#include "util/hash.h"
#include "util/hash_round.h"
#include "util/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

/* FIPS 180: one block, two, a million bytes. */
static void sums_of_the_standard(void **state)
{
	scoped_free char *million = mem_alloc(1000000);

	memset(million, 'a', 1000000);
	assert_string_equal(hash_sha1(slice_str("abc")).hex,
			    "a9993e364706816aba3e25717850c26c9cd0d89d");
	assert_string_equal(hash_sha1(slice_str("abcdbcdecdefdefgefghfghighijhijkijkljklm"
						"klmnlmnomnopnopq")).hex,
			    "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
	assert_string_equal(hash_sha1(slice_of(million, 1000000)).hex,
			    "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
	assert_string_equal(hash_blob(slice_of("", 0)).hex,
			    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
	assert_string_equal(hash_sha256(slice_str("abc")).hex,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(hash_sha256(slice_of(million, 1000000)).hex,
			    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* What the processor has for it, against the one in C; at an odd address, too. */
static void agree(hash_round_fn fast, hash_round_fn slow)
{
	unsigned seed = (unsigned)time(NULL);
	unsigned char block[65];
	uint32_t a[8], b[8];

	if (!fast)
		skip();
	print_message("# seed %u\n", seed);
	srand(seed);
	for (int i = 0; i < 8; i++)
		a[i] = b[i] = (uint32_t)rand();
	for (int n = 0; n < 10000; n++) {
		for (int i = 0; i < 65; i++)
			block[i] = (unsigned char)rand();
		slow(a, block + n % 2);
		fast(b, block + n % 2);
		assert_memory_equal(a, b, sizeof(a));
	}
}

static void sha1_rounds_agree(void **state)
{
	agree(hash_round_x86(), hash_round_sha1);
}

static void sha256_rounds_agree(void **state)
{
	agree(hash_round256_x86(), hash_round_sha256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_of_the_standard),
		cmocka_unit_test(sha1_rounds_agree),
		cmocka_unit_test(sha256_rounds_agree),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
