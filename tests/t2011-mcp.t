#!/bin/sh
test_description='mcp: tools for coding agents, and whatever a client may send'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is not there'
	test_done
fi
modules=$test_root/build/mcp/node_modules
command -v node >/dev/null && test -d "$modules/@modelcontextprotocol/sdk" && test_set_prereq MCP_SDK
command -v python3 >/dev/null && test_set_prereq PYTHON

# ask: what the server says to standard input, in ../out; it ends without a word on stderr.
ask() {
	timeout 60 git agent mcp >../out 2>../err && test_must_be_empty ../err
}

# says <count> <pattern>...: so many lines, the n-th like the n-th pattern.
says() {
	small_lines "$1" ../out || return
	shift
	says_nr=0
	for says_pattern
	do
		says_nr=$((says_nr + 1))
		sed -n ${says_nr}p ../out >../line && test_grep "$says_pattern" ../line || return
	done
}

# call <id> <tool> <arguments>
call() {
	printf '{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":{"name":"%s","arguments":%s}}\n' "$@"
}

# hello [<version>]
hello() {
	printf '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"%s","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}\n' "${1-2025-11-25}"
	echo '{"jsonrpc":"2.0","method":"notifications/initialized"}'
}

test_expect_success 'versions: the one that is asked for, else the newest' '
	small_repo "$TRASH/r" && cd "$TRASH/r" &&
	for version in 2025-11-25 2025-06-18 2025-03-26 2024-11-05
	do
		hello $version | ask &&
		says 1 "^{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{\"protocolVersion\":\"$version\",\"capabilities\":{\"tools\":{}}," || return 1
	done &&
	hello 1999-01-01 | ask && says 1 "\"protocolVersion\":\"2025-11-25\"" &&
	echo "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{}}" | ask &&
	says 1 "^{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":-32602,"
'

test_expect_success 'what an older client does not know is left out' '
	{ hello 2025-03-26; echo "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}"; call 2 list {}; } | ask &&
	says 3 "" "\"name\":\"list\"" "\"text\":\"{.\"artifacts" &&
	! grep "outputSchema\|structuredContent" ../out &&
	{ hello; echo "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}"; call 2 list {}; } | ask &&
	says 3 "" "outputSchema" "\"structuredContent\":{\"artifacts\":\[{\"id\":\"INFRA-001\",\"kind\":\"plan\""
'

test_expect_success 'ids come back as they were; notifications and answers get none' '
	cat >../in <<-\EOT &&
	{"jsonrpc":"2.0","id":"a\"\u00e9","method":"ping"}
	{"jsonrpc":"2.0","id":-7,"method":"ping","params":{}}

	{"jsonrpc":"2.0","method":"ping"}
	{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}
	{"jsonrpc":"2.0","method":"nonsense"}
	{"jsonrpc":"2.0","id":1,"result":{}}
	{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}
	EOT
	ask <../in &&
	says 2 "^{\"jsonrpc\":\"2.0\",\"id\":\"a.\".u00e9\",\"result\":{}}$" "^{\"jsonrpc\":\"2.0\",\"id\":-7,\"result\":{}}$"
'

test_expect_success 'errors of the protocol have their codes, and the next message is answered' '
	cat >../in <<-\EOT &&
	{"jsonrpc":"2.0","id":1,"method":"nope"}
	{"jsonrpc":"2.0","id":2,"method":"ping","params":[]}
	{"jsonrpc":"1.0","id":3,"method":"ping"}
	{"jsonrpc":"2.0","id":null,"method":"ping"}
	{"jsonrpc":"2.0","id":{"a":1},"method":"ping"}
	{"jsonrpc":"2.0","id":4,"method":5}
	{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"rm","arguments":{"id":"INFRA-001"}}}
	{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"list","arguments":[]}}
	{"jsonrpc":"2.0","id":7,"method":"tools/call"}
	{"jsonrpc":"2.0","id":8,"method":"tools/list","params":{"cursor":"x"}}
	"ping"
	{"jsonrpc":"2.0","id":9,"method":"ping"
	not json
	{"jsonrpc":"2.0","id":10,"method":"ping"}
	EOT
	ask <../in &&
	says 14 "id\":1,.*-32601" "id\":2,.*-32602" "id\":3,.*-32600" "id\":null,.*-32600" "id\":null,.*-32600" \
		"id\":4,.*-32600" "id\":5,.*-32602.*unknown tool: rm" "id\":6,.*-32602" "id\":7,.*-32602" \
		"id\":8,.*-32602" "id\":null,.*-32600" "id\":null,.*-32700" "id\":null,.*-32700" "id\":10,\"result\":{}"
'

test_expect_success 'batches: where the version has them, and not too many' '
	batch="[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"},{\"jsonrpc\":\"2.0\",\"method\":\"x\"},7,{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}]" &&
	{ hello 2025-03-26; echo "$batch"; echo "[]"; echo "[{\"jsonrpc\":\"2.0\",\"method\":\"x\"}]"; } | ask &&
	says 3 "" "^\[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}},{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,[^}]*}},{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\]$" "an empty batch" &&
	{ hello; echo "$batch"; } | ask && says 2 "" "id\":null,\"error\":{\"code\":-32600,.*no batches" &&
	{ hello 2025-03-26; printf "["; yes 1, | head -n 64 | tr -d "\n"; echo "1]"; } | ask &&
	says 2 "" "more than 64 messages"
'

test_expect_success 'hostile lines: not UTF-8, NUL, deep, huge, cut off' '
	{
		printf "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"p\377ng\"}\n"
		printf "{\"jsonrpc\":\"2.0\",\"id\":\"\0\",\"method\":\"ping\"}\n"
		yes "[" | head -n 100000 | tr -d "\n"; echo
		printf "{\"jsonrpc\":\"2.0\",\"id\":\""; head -c 9000000 /dev/zero | tr "\0" x; printf "\",\"method\":\"ping\"}\n"
		printf "\r\n"
		printf "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}\r\n"
		printf "{\"jsonrpc\":\"2.0\",\"id\":3,\"meth"
	} | ask &&
	says 6 "null,.*-32700.*not UTF-8" "null,.*-32700" "null,.*-32700.*too deep" "null,.*-32700.*longer than 8 MiB" \
		"id\":2,\"result\":{}" "null,.*-32700" &&
	printf "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"ping\"}" | ask && says 1 "id\":4,\"result\":{}" &&
	ask </dev/null && says 0
'

test_expect_success 'a request that is repeated makes one artifact, and says so' '
	git agent list --kind plan >../before &&
	{
		call 1 create "{\"kind\":\"plan\",\"title\":\"Asked twice\",\"scope\":\"INFRA\"}"
		call 2 create "{\"scope\":\"INFRA\",\"title\":\"Asked twice\",\"kind\":\"plan\"}"
		call 3 create "{\"kind\":\"plan\",\"title\":\"Asked twice\",\"scope\":\"INFRA\",\"key\":\"mine\"}"
	} | ask &&
	says 3 "structuredContent\":{\"id\":\"INFRA-[0-9]*\".*\"changed\":true" "\"changed\":false.*\"notes\":\[\"INFRA-[0-9]* was made already" "\"changed\":true" &&
	sed "s/.*structuredContent\":{\"id\":\"\([A-Z0-9-]*\).*/\1/" ../out >../ids && test "$(sed -n 1p ../ids)" = "$(sed -n 2p ../ids)" &&
	test "$(sed -n 1p ../ids)" != "$(sed -n 3p ../ids)" && id=$(sed -n 3p ../ids) &&
	call 1 create "{\"kind\":\"plan\",\"title\":\"Asked twice\",\"scope\":\"INFRA\",\"key\":\"mine\"}" | ask &&
	says 1 "structuredContent\":{\"id\":\"$id\".*\"changed\":false" &&
	call 1 create "{\"kind\":\"plan\",\"title\":\"Asked twice\",\"scope\":\"INFRA\"}" | ask && says 1 "\"changed\":true" &&
	git agent list --kind plan >../after && small_lines $(($(wc -l <../before) + 3)) ../after
'

test_expect_success 'what was deleted since is made anew; so is nothing else that is repeated' '
	git agent rm "$id" && call 1 create "{\"kind\":\"plan\",\"title\":\"Asked twice\",\"scope\":\"INFRA\",\"key\":\"mine\"}" >../in &&
	ask <../in && says 1 "\"changed\":true" && ask <../in && says 1 "\"changed\":false" &&
	{
		call 1 state "{\"id\":\"INFRA-002\",\"state\":\"OPEN\"}"; call 2 state "{\"id\":\"INFRA-002\",\"state\":\"OPEN\"}"
		call 3 check "{\"id\":\"INFRA-002\",\"boxes\":[1]}"; call 4 check "{\"id\":\"INFRA-002\",\"boxes\":[1]}"
		call 5 edit "{\"id\":\"INFRA-002\",\"section\":\"Notes\",\"text\":\"Same.\"}"; call 6 edit "{\"id\":\"INFRA-002\",\"section\":\"Notes\",\"text\":\"Same.\"}"
	} | ask &&
	says 6 "\"changed\":true" "\"changed\":false" "\"changed\":true" "\"changed\":false" "\"changed\":true" "\"changed\":false"
'

test_expect_success 'a value is never an option, a shell never sees it' '
	{
		call 1 show "{\"id\":\"--raw\"}"
		call 2 show "{\"id\":\"-h\"}"
		call 3 list "{\"kind\":\"story --json\"}"
		call 4 create "{\"kind\":\"plan\",\"title\":\"\$(touch ../pwned) ; \`touch ../pwned\`\",\"scope\":\"INFRA\"}"
		call 5 edit "{\"id\":\"INFRA-002\",\"title\":\"--file=/etc/passwd\"}"
		call 6 edit "{\"id\":\"INFRA-002\",\"section\":\"Notes\",\"text\":\"--text\"}"
		call 7 push "{\"ids\":[\"--dry-run\"]}"
	} | ask &&
	says 7 "there is no artifact .--raw" "there is no artifact .-h" "is not one of the kinds" "touch ../pwned" \
		"\"title\":\"--file=/etc/passwd\"" "\"changed\":true" "isError" &&
	test ! -e ../pwned &&
	git agent show INFRA-002 -s Notes | test_grep "^--text$" -
'

test_expect_success 'arguments of the wrong kind are told to the model, with what would be right' '
	{
		call 1 list "{\"limit\":\"5\"}"
		call 2 list "{\"limit\":1e3}"
		call 3 list "{\"limit\":99999999999999999999}"
		call 4 list "{\"dirty\":1}"
		call 5 check "{\"id\":\"INFRA-002\",\"boxes\":[0]}"
		call 6 check "{\"id\":\"INFRA-002\",\"boxes\":3}"
		call 7 show "{\"id\":7}"
		call 8 show "{\"id\":null}"
		call 9 list "{\"kind\":null,\"limit\":1}"
		call 10 list "{\"cursor\":\"x\"}"
		call 11 show "{\"id\":\"INFRA-002\",\"cursor\":\"3:abc\"}"
		call 12 show "{\"id\":\"x\\u0000y\"}"
		call 13 show "{\"id\":\"$(head -c 70000 /dev/zero | tr "\0" x)\"}"
	} | ask &&
	says 13 "whole number from 1 to 200" "whole number" "whole number" "true or false" "whole number" "is a list" \
		"is a string" "is missing" "\"total\":" "no cursor" "has changed" "NUL" "longer than 64 KiB" &&
	test "$(grep -c "\"isError\":true" ../out)" = 12
'

test_expect_success 'a text of 1 MiB goes through, a larger one is refused by the command' '
	{
		printf "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"edit\",\"arguments\":{\"id\":\"INFRA-003\",\"section\":\"Big\",\"add\":true,\"text\":\""
		head -c 1000000 /dev/zero | tr "\0" x
		printf "\"}}}\n{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"edit\",\"arguments\":{\"id\":\"INFRA-003\",\"section\":\"Big\",\"text\":\""
		head -c 1100000 /dev/zero | tr "\0" x
		printf "\"}}}\n"
		call 3 show "{\"id\":\"INFRA-003\",\"section\":\"Big\",\"limit\":100}"
	} | ask &&
	says 3 "\"changed\":true" "error: .standard input. is larger than 1 MiB\",\?.*isError" "\"next_cursor\":\"[0-9]*:"
'

test_expect_success 'what other terminals do between two calls is seen; edits are there at once' '
	mkfifo ../pipe && {
		timeout 60 git agent mcp <../pipe >../out 2>../err & exec 8>../pipe
	} &&
	call 1 list "{}" >&8 &&
	git agent set INFRA-003 -t "From elsewhere" >/dev/null &&
	call 2 show "{\"id\":\"INFRA-003\",\"section\":\"State\"}" >&8 &&
	sed "s/From elsewhere/In the file/" .agent/cache/stories/INFRA/INFRA-003*.md >../new &&
	for i in $(seq 200); do test "$(wc -l <../out)" -lt 2 || break; sleep 0.05; done &&
	cat ../new >"$(echo .agent/cache/stories/INFRA/INFRA-003*.md)" &&
	call 3 show "{\"id\":\"INFRA-003\",\"section\":\"State\"}" >&8 &&
	call 4 edit "{\"id\":\"INFRA-003\",\"title\":\"By a model\"}" >&8 &&
	exec 8>&- && wait &&
	says 4 "" "From elsewhere" "In the file" "\"changed\":true" &&
	test_grep "^# INFRA-003: By a model$" .agent/cache/stories/INFRA/INFRA-003*.md
'

test_expect_success 'without a workspace, and outside a repository: the command says so, the server stays' '
	(
		cd "$TRASH" && git init -q bare-bones && mkdir -p none && cd bare-bones &&
		{ hello; call 1 list {}; call 2 prime {}; } | ask &&
		says 3 "" "no workspace yet.nhint: .git agent sync init. makes one\"}\],\"isError\":true" "no workspace yet: .git agent sync init" &&
		cd ../none && { hello; call 1 list {}; } | ask &&
		says 2 "" "fatal: not a git repository.*\"isError\":true"
	)
'

test_expect_success PYTHON 'every answer is JSON, whatever bytes an artifact has' '
	printf "# INFRA-009: Odd \033[31m \377 bytes\n\n## State\n\nDRAFT\n\n\200\302\205 \342\200\256\n" |
		test_write $small_stories/INFRA-009-odd.md &&
	{ call 1 show "{\"id\":\"INFRA-009\"}"; call 2 list "{\"limit\":200}"; call 3 show "{\"id\":\"INFRA-009\",\"limit\":20}"; } | ask &&
	python3 -c "
import json, sys
for line in sys.stdin.buffer:
    answer = json.loads(line.decode())
    assert json.loads(answer[\"result\"][\"content\"][0][\"text\"]) == answer[\"result\"][\"structuredContent\"]
" <../out
'

test_expect_success 'no error is due to us: misuse of the command itself' '
	test_expect_code 129 git agent mcp more &&
	(cd / && git agent mcp -h) | test_grep "^usage: git agent mcp" -
'

test_expect_success MCP_SDK 'the official client, two clones, every tool' '
	small_repo "$TRASH/one" && (cd "$TRASH/one" && git agent sync init --no-hooks file:../wire.db >/dev/null && git agent sync >/dev/null) &&
	git clone -q "$TRASH/one" "$TRASH/two" &&
	(cd "$TRASH/two" && git agent sync init --no-hooks file:../wire.db >/dev/null && git agent sync >/dev/null) &&
	timeout 120 node "$test_root/tests/mcp/client.mjs" "$modules" "$TRASH/one" "$TRASH/two" >"$TRASH/log" 2>&1 || {
		cat "$TRASH/log"
		return 1
	} && test_grep "^all passed$" "$TRASH/log"
'

test_done
