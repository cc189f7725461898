#!/bin/sh
test_description='what each command prints with --json is what src/schema says, and nothing else'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

if ! test_have_prereq LIBGIT2 || ! command -v python3 >/dev/null
then
	skip_all='libgit2 or python3 is not there'
	test_done
fi
modules=$test_root/build/mcp/node_modules
command -v node >/dev/null && test -d "$modules/ajv" && test_set_prereq AJV
mkdir docs && docs_nr=0 && : >documents && : >ran

# document <command> <exit code> <argument>...: what it prints is kept, to be validated.
document() {
	document_command=$1 document_code=$2
	shift 2
	docs_nr=$((docs_nr + 1))
	# shellcheck disable=SC2086
	test_expect_code "$document_code" git agent $document_command --json "$@" \
		>"$TRASH/docs/$docs_nr" 2>"$TRASH/err" || {
		cat "$TRASH/err"
		return 1
	}
	printf "%s %s\n" "$(schema_of "$document_command")" "$TRASH/docs/$docs_nr" >>"$TRASH/documents"
	echo "$document_command" >>"$TRASH/ran"
}

# schema_of <command>: without .json.
schema_of() {
	case $1 in
	new-*) echo new ;;
	edit|set|mv|rm|restore) echo change ;;
	release) echo claim ;;
	"sync push"|"sync pull") echo sync ;;
	import-*) echo import-file ;;
	uninstall) echo install ;;
	*) echo "$1" | tr " " - ;;
	esac
}

test_expect_success 'looking' '
	small_repo "$TRASH/r" && cd "$TRASH/r" &&
	printf "no title and no state\n" | test_write $small_stories/noname.md &&
	printf "Depends On: INFRA-003\n" >>$small_stories/INFRA-002-rate-limit.md &&
	document list 0 && document list 0 --blocked && document list 0 --at HEAD && document list 0 --kind adr &&
	document search 0 rate && document search 1 nowhere &&
	document show 0 INFRA-002 && document show 0 INFRA-002 --section Notes && document show 0 --at HEAD INFRA-002 &&
	document show 0 $small_stories/noname.md &&
	document log 0 INFRA-002 && document log 0 -p INFRA-002 &&
	document links 0 && document links 0 --all INFRA-002 && document diff 0 INFRA-002 && document diff 0 && document diff 0 HEAD..HEAD && document status 0 && document prime 0 &&
	document site 0 ../site &&
	document version 0 && document version 0 --build-options && document export 0 --stdout --all
'

test_expect_success 'changing' '
	document new-plan 0 --scope INFRA "A plan" && document new-story 0 --from INFRA-001 "A story" && document new-story 0 -k one --scope INFRA "Once" && document new-story 0 -k one --scope INFRA "Once" &&
	document new-runbook 0 --scope OPS "A runbook" &&
	document set 0 INFRA-002 -t "Limits" && document set 0 -n INFRA-002 -t "Other" &&
	document edit 0 INFRA-003 --file ../r/$small_runbooks/INFRA-002-rate-limit.md &&
	document state 0 INFRA-002 && document state 0 INFRA-002 OPEN && document state 0 INFRA-002 OPEN &&
	document check 0 INFRA-002 && document check 0 INFRA-002 1 &&
	document undo 0 --list && document undo 0 -n && document undo 0 && document undo 0 --list &&
	document undo 0 1 && document undo 0 1 &&
	printf "set INFRA-002 -t Batched\nnew-story Batched --scope INFRA\nset @2 -t Batched\n" >../batch &&
	document batch 0 -n ../batch && document batch 0 -k once ../batch && document batch 0 -k once ../batch &&
	document mv 0 -n INFRA-003 --label INFRA-103 && document mv 0 INFRA-003 --label INFRA-103 &&
	document mv 0 INFRA-103 --label INFRA-003 &&
	base=$(git agent log --json -n 1 INFRA-002 | sed "s/.*\"revision\":\"\([0-9a-f]*\).*/\1/") &&
	document set 0 INFRA-002 -t "Limit" --base "$base" &&
	document rm 0 -n INFRA-003 && document rm 0 INFRA-003 && document list 0 --deleted && document log 0 INFRA-003 &&
	document restore 0 INFRA-003
'

test_expect_success 'with a remote: claims, conflicts, refusals, events' '
	document sync\ status 0 --offline &&
	document sync\ init 0 -n --no-hooks file:../team.db && document sync\ init 0 --no-hooks file:../team.db &&
	document sync\ init 0 --no-hooks && git agent sync >/dev/null &&
	git add -A && git commit -q -m "more" && git clone -q . ../b &&
	(cd ../b && git agent sync init --no-hooks file:../team.db >/dev/null && git agent sync >/dev/null) &&
	document claim 0 INFRA-002 && document claim 0 && document status 0 && document sync\ status 0 &&
	document release 0 INFRA-002 &&
	(cd ../b && git agent set INFRA-002 -t "Theirs" && git agent state INFRA-003 OPEN &&
		git agent set INFRA-002 -s Notes --text "New notes." && git agent check INFRA-002 2 &&
		git agent new-plan "New" --scope INFRA && git agent sync) >/dev/null &&
	document sync\ watch 0 --once && git agent set INFRA-002 -t "Ours" >/dev/null &&
	document sync\ push 1 && document sync\ pull 1 && document sync 1 && document status 0 &&
	document sync\ status 0 && document sync\ stats 0 && document log 0 INFRA-002 && document list 0 --conflicts &&
	document sync\ resolve 0 INFRA-002 --explain && document sync\ resolve 0 INFRA-002 --ours && document sync 0 -n && document sync 0 &&
	(cd ../b && git agent sync && git agent set INFRA-001 -t "Caches" && git agent sync) >/dev/null &&
	document sync\ watch 0 --once --pull
'

test_expect_success 'between files, git and the workspace' '
	git agent export --all >/dev/null && git add -A && git commit -q -m "all of it" && git agent sync >/dev/null &&
	document rebuild 0 && document rebuild 0 -n --force && document rebuild 0 --force &&
	rm -f .git/agent/agent.db-* && echo broken >.git/agent/agent.db && document rebuild 0 -n && document rebuild 0 &&
	echo >>$small_stories/INFRA-002-rate-limit.md && document import 0 -n && document import 0 && document import 0 &&
	document import 0 -n INFRA-002 && document import 0 INFRA-002 && document import 1 INFRA-002 NONE-001 &&
	printf "# INFRA-050: Fifty\n\n## State\n\nDRAFT\n" >../fifty.md && document import-story 0 -n ../fifty.md &&
	document import-story 0 ../fifty.md && document import-story 1 ../fifty.md ../nowhere.md && document import-plan 1 ../nowhere.md &&
	document import-runbook 0 $small_runbooks/INFRA-002-rate-limit.md &&
	git agent set INFRA-001 -t "Exported" >/dev/null && document export 0 -n --all && document export 0 --all && document export 0 --index &&
	document export 0 --commit elsewhere INFRA-001 &&
	document install 0 -n && document install 0 && document install 0 && document uninstall 0 -n && document uninstall 0 &&
	cp $small_stories/INFRA-002-rate-limit.md ../base && sed "s/first/1st/" ../base >../ours && sed "s/first/No. 1/" ../base >../theirs &&
	document merge 0 ../base ../ours ../base && document merge 1 ../base ../ours ../theirs
'

test_expect_success 'judging' '
	git commit -q --allow-empty -m "nothing" && document verify 0 HEAD~1..HEAD &&
	sed "s/^OPEN$/DONE/" $small_stories/INFRA-002-rate-limit.md >../new &&
	cp ../new $small_stories/INFRA-002-rate-limit.md &&
	git add -A && git commit -q -m "against the rules" && document verify 2 HEAD~1..HEAD && document diff 0 HEAD~1..HEAD &&
	document doctor 1 && document logs 0 && document env 0 && cd / && document env 0 && cd "$TRASH/r" && git config agent.autoPush never && document prime 0
'

test_expect_success 'each document is what its schema says, and may have no other key' '
	python3 "$test_root/tests/lib/schema.py" "$test_root/src/schema" "$TRASH/documents"
'

test_expect_success 'a document with a key less, or of another kind, is refused' '
	cd "$TRASH" &&
	grep "^status " documents | head -n 1 | while read -r name file
	do
		sed "s/\"head\":[^,]*,//" "$file" >less && sed "s/\"queue\":/\"queue\":-/; s/-0/-1/" "$file" >kind &&
		sed "s/\"schema_version\":1/\"schema_version\":2/" "$file" >version || return 1
		for wrong in less kind version
		do
			! cmp -s $wrong "$file" && echo "status $TRASH/$wrong" >wrong &&
			test_expect_code 1 python3 "$test_root/tests/lib/schema.py" "$test_root/src/schema" wrong || return 1
		done
	done
'

test_expect_success AJV 'another validator says the same, and that they are JSON Schemas' '
	cat >ajv.cjs <<-\EOT &&
	const [modules, schemas, list] = process.argv.slice(2);
	const fs = require("node:fs");
	const Ajv = require(`${modules}/ajv/dist/2020.js`).default;
	const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
	const names = fs.readdirSync(schemas).filter((name) => name.endsWith(".json"));
	for (const name of names)
		ajv.addSchema(JSON.parse(fs.readFileSync(`${schemas}/${name}`)), name);
	for (const line of fs.readFileSync(list, "utf8").trim().split("\n")) {
		const [name, file] = [line.split(" ")[0], line.slice(line.indexOf(" ") + 1)];
		for (const text of fs.readFileSync(file, "utf8").trim().split("\n"))
			if (!ajv.validate(`${name}.json`, JSON.parse(text))) {
				console.log(file, name, ajv.errorsText());
				process.exitCode = 1;
			}
	}
	for (const name of names)
		ajv.getSchema(name);
	EOT
	node ajv.cjs "$modules" "$test_root/src/schema" "$TRASH/documents"
'

# Those of a server are in t7002-client.t and t7004-live.t. Without --json are: help, completion
# and mcp, for their answers are a text, a script and a protocol; hook and merge-driver, which git
# runs, and which answer by their exit code.
test_expect_success 'every --json has a schema, and was printed here; every schema has a command' '
	git agent help -a | sed -n "s/^   \([a-z][a-z-]*\)  *[^ ].*/\1/p" |
	while read -r command
	do
		git agent $command -h </dev/null | sed -n "s/^ *\(usage\|or\): git agent \($command [a-z][a-z-]*\)\( .*\)*$/\2/p"
		echo "$command"
	done | sort -u |
	while read -r command
	do
		# shellcheck disable=SC2086
		! git agent $command -h </dev/null | grep -q "^    --json" || echo "$command"
	done >with-json &&
	printf "%s\n" login logout "member list" "member add" "member remove" "sync rules" "sync purge" "sync verify-audit" >of-server &&
	while read -r command
	do
		grep "test_schema $(schema_of "$command") " "$test_root"/tests/t700[24]-*.t >/dev/null ||
			{ echo "no test of a server validates $command --json" >&2; return 1; }
	done <of-server &&
	cat of-server ran | sort -u >covered &&
	sort with-json >expect && test_cmp expect covered &&
	while read -r command; do schema_of "$command"; done <with-json | sort -u >expect &&
	(cd "$test_root/src/schema" && ls -- *.json) | sed "s/\.json$//; /^common$/d" | sort >actual &&
	test_cmp expect actual
'

test_expect_success 'only those have no --json whose answer is no data' '
	git agent help -a | sed -n "s/^   \([a-z][a-z-]*\)  *[^ ].*/\1/p" |
	while read -r command
	do
		grep "^$command\( .*\)*$" with-json >/dev/null || echo "$command"
	done | sort >actual &&
	printf "%s\n" completion help hook mcp merge-driver >expect && test_cmp expect actual
'

test_done
