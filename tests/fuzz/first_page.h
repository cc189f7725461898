/* A page as the file remote gave it: one story. What the inputs of fuzz_reply build on. */
#ifndef TESTS_FUZZ_FIRST_PAGE_H
#define TESTS_FUZZ_FIRST_PAGE_H

#define FIRST_UID "506e61b5-a449-419e-8333-5d39b450af6d"
#define FIRST_PAGE \
	"{\"epoch\":\"0d41e968-e488-41d3-873b-b815e0d021d9\",\"head\":1,\"rows\":[{\"rev\":1," \
	"\"uid\":\"506e61b5-a449-419e-8333-5d39b450af6d\",\"kind\":\"story\",\"label\":\"INFR" \
	"A-001\",\"scope\":\"INFRA\",\"num\":1,\"path\":\".agent/cache/stories/INFRA/INFRA-00" \
	"1-one.md\",\"title\":\"One\",\"state\":\"DRAFT\",\"version\":1,\"revision\":\"4f606d" \
	"cfe7cd7e90f3e0e8e6448dc44a155bce66f0a993d6dd4c22b2c5adece3\",\"oid\":\"0f4375dd8ed92" \
	"761f50940007f682ea6836b9c11\",\"deleted\":false,\"author\":\"a <a@example.org>\",\"a" \
	"pproval\":null,\"forged\":false,\"lineage\":[{\"id\":\"4f606dcfe7cd7e90f3e0e8e6448dc" \
	"44a155bce66f0a993d6dd4c22b2c5adece3\",\"oid\":\"0f4375dd8ed92761f50940007f682ea6836b" \
	"9c11\",\"path\":\".agent/cache/stories/INFRA/INFRA-001-one.md\",\"author\":\"a <a@ex" \
	"ample.org>\",\"how\":\"create\",\"message\":\"new\",\"parents\":[],\"time\":1000000," \
	"\"text\":\"# INFRA-001: One\\n\\n## State\\n\\nDRAFT\\n\\n## Plan\\n\\nOne.\\n\\n- [" \
	" ] first\\n- [ ] second\\n\"}]}],\"more\":false,\"next\":1,\"next_hash\":\"bffbe33dc" \
	"236ea91e80b692eeb97c814c774760a0278c0fe0fc07adb525861a9\",\"digest\":\"cbb8150e846c3" \
	"7bba1123bbf28cc6f67a0b0e5b3309565e2a7dd08ced06f7431\"}"

#endif
