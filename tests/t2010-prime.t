#!/bin/sh
test_description='prime: the page for coding agents says what is so here'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is not there'
	test_done
fi

# commands_of <page>: the examples, without what they are for.
commands_of() {
	sed -n "s/^    \(git agent .*\)  # .*/\1/p" "$1"
}

# shellcheck disable=SC2015
# they_run <page>: each example does what it says, as shown and without -n.
they_run() {
	commands_of "$1" >commands && test -s commands &&
	while IFS= read -r line
	do
		sh -ec "$line" >>ran 2>&1 </dev/null &&
		sh -ec "$(printf "%s\n" "$line" | sed "s/ -n / /")" >>ran 2>&1 </dev/null || {
			echo "failed: $line" >&2
			tail -n 3 ran >&2
			return 1
		}
	done <commands
}

# harmless <page>: nothing in it that throws something away.
harmless() {
	! grep -inE "\b(rm|purge|reset|clean|rebase|uninstall|restore|delete)\b|--(force|hard|ours|theirs)" "$1"
}

test_expect_success 'outside a repository it says so' '
	(cd / && test_says 128 "fatal: not a git repository (or any of the parent directories): .git" \
		git agent prime) &&
	(cd / && git agent prime -h) >out && test_grep "^usage: git agent prime" out &&
	test_expect_code 129 git agent prime more
'

test_expect_success 'an empty repository without a workspace: the rules, and how to begin' '
	test_repo empty && cd empty &&
	git agent prime >../page &&
	test_grep "^Branch .main.; no workspace yet" ../page &&
	test_grep "^| plan | 0 | ^DRAFT > PROPOSED > \[COMMITTED\]" ../page &&
	commands_of ../page >../actual && echo "git agent sync init" >../expect &&
	test_cmp ../expect ../actual && harmless ../page &&
	they_run ../page &&
	git agent prime >../page && test_grep "^Branch .main.; 0 artifacts; no remote" ../page &&
	test_grep "git agent new-plan" ../page && ! grep "git agent show" ../page &&
	harmless ../page && they_run ../page &&
	git agent prime | test_grep "; 1 artifact; no remote" -
'

test_expect_success 'with artifacts: their ids, sections, boxes and states' '
	small_repo "$TRASH/r" && cd "$TRASH/r" &&
	git agent prime >../page && cat ../page &&
	commands_of ../page >../actual && cat >../expect <<-\EOT &&
	git agent list --kind story
	git agent search Rate
	git agent show INFRA-002
	git agent set -n INFRA-002 --section "Notes" --text "The new text."
	git agent check -n INFRA-002 1
	git agent state -n INFRA-002 OPEN
	git agent new-story -n "A short title" --from INFRA-001
	git agent status
	EOT
	test_cmp ../expect ../actual && harmless ../page &&
	test_grep "^| story (its plan: APPROVED) | 2 | ^DRAFT > ^OPEN > \[COMMITTED\]" ../page &&
	! grep "^| journey" ../page &&
	test $(wc -c <../page) -le 2048
'

test_expect_success 'each of them works, and is not offered again when it is done' '
	they_run ../page &&
	git agent check INFRA-002 2 >/dev/null &&
	git agent prime >../page && ! grep "git agent check -n INFRA-002" ../page &&
	test_grep "git agent check -n INFRA-004 1" ../page && they_run ../page
'

test_expect_success 'what a step needs is asked: no example that a rule refuses' '
	small_repo "$TRASH/p" && cd "$TRASH/p" &&
	sed "s/^APPROVED/DRAFT/" $small_plans/INFRA-001-caching.md >../new &&
	cp ../new $small_plans/INFRA-001-caching.md &&
	git config agent.requireParent true &&
	git agent prime >../page && ! grep "git agent new-story" ../page && they_run ../page
'

test_expect_success 'kinds and states are those of .agent/config' '
	cd "$TRASH/r" && cat >.agent/config <<-\EOT &&
	[agent "kind.story"]
		state = TRIAGE 1 initial
	EOT
	git agent prime >../page && test_grep "| ^DRAFT > ^OPEN or ^TRIAGE > \[COMMITTED\]" ../page
'

test_expect_success 'a remote, what is not pushed, a conflict, a detached HEAD' '
	small_repo "$TRASH/s" && cd "$TRASH/s" &&
	git agent sync init --no-hooks file:../team.db >/dev/null &&
	git agent set INFRA-002 -t "Limits" >/dev/null &&
	git agent prime >../page &&
	test_grep "; 4 artifacts, 1 not pushed; remote .file:" ../page &&
	test_grep "^    git agent sync  # " ../page && they_run ../page &&
	git agent prime >../page && test_grep ", 0 not pushed" ../page &&
	git checkout -q --detach && git agent prime >../page &&
	test_grep "^No branch (HEAD [0-9a-f]\{12\}); " ../page
'

test_expect_success 'from a subdirectory, and in a bare repository' '
	mkdir -p "$TRASH/s/sub" && (cd "$TRASH/s/sub" && git agent prime) >page &&
	test_grep "git agent show INFRA-002" page &&
	git clone -q --bare "$TRASH/s" "$TRASH/bare.git" && (cd "$TRASH/bare.git" && git agent prime) >page &&
	test_grep "no workspace yet" page
'

test_expect_success 'JSON has every transition' '
	cd "$TRASH/s" && git agent prime --json >../json && harmless ../json &&
	test_grep "\"artifacts\":5,\"to_push\":0,\"conflicts\":0" ../json &&
	test_grep "\"name\":\"OPEN\",\"gate\":false,\"initial\":true,\"artifacts\":2,\"next\":\[\"COMMITTED\"" ../json &&
	test_grep "\"next_with_reason\":\[\"DRAFT\"\]" ../json &&
	test_grep "{\"what\":\"read one\",\"command\":\"git agent show INFRA-002\"}" ../json
'

test_done
