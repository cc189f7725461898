#!/bin/sh
# shellcheck disable=SC2015
test_description='site: pages for a browser, of hostile texts, again and interrupted'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi
modules=$test_root/build/browser/node_modules
if command -v node >/dev/null && command -v chromium >/dev/null &&
	test -d "$modules/playwright-core"
then
	test_set_prereq BROWSER
else
	echo "# scripts/bootstrap --browser: the parts with a browser"
fi

test_expect_success 'the usage, outside a repository' '
	mkdir nowhere && cd nowhere && git agent site -h >out && test_grep "^usage: git agent site" out
'

test_expect_success 'a repository with what a page could trip over' '
	small_repo "$TRASH/r" && cd "$TRASH/r" &&
	test_write "$small_stories/INFRA-666-evil.md" <<-\EOT &&
	---
	owner: <b>x</b>
	---
	# INFRA-666: A </script><script>alert(1)</script> "title" & more

	## State

	DRAFT

	## Text

	<script>alert(2)</script> <img src=x onerror=alert(2)> and <iframe src="https://example.com">

	[a](javascript:alert(3)) [b](data:text/html,x) [c](  JaVaScRiPt:alert(4)) ![p](https://example.com/p.png)

	[file](../../../../etc/passwd) [section](#text) [none](#nowhere) [out](https://example.com/?a=1&b="2")
	[story](INFRA-002-rate-limit.md#notes) See INFRA-002, INFRA-666 and XINFRA-002.

	| Name | <i>Value</i> |
	|:-----|------:|
	| a \| b | `c` INFRA-002 |

	- [x] done
	- [ ] to do
	EOT
	test_write .agent/adrs/ADR-001-same.md <<-\EOT &&
	# ADR-001: One

	## Status

	ACCEPTED
	EOT
	test_write .agent/adrs/ADR-001-again.md <<-\EOT &&
	# ADR-001: Another of the same label

	## Status

	PROPOSED
	EOT
	test_commit_all more && git agent import &&
	git agent set INFRA-002 --section Notes --text "Second words." &&
	git agent check INFRA-666 2 && git agent set INFRA-666 --section Text --text "<script>alert(5)</script>" &&
	git agent undo
'

# refs <site>: each href and src that leads to no file, or to no id in it.
refs() {
	(
		cd "$1" && find . -name "*.html" | while read -r page
		do
			grep -oE "(href|src)=\"[^\"]*\"" "$page" | sed "s/^[a-z]*=\"//; s/\"\$//" | sort -u |
			while read -r to
			do
				case $to in
				http://* | https://* | mailto:*) continue ;;
				"#"*) file=$page id=${to#"#"} ;;
				*"#"*) file=$(dirname "$page")/${to%%"#"*} id=${to#*"#"} ;;
				*) file=$(dirname "$page")/$to id= ;;
				esac
				test -f "$file" && { test -z "$id" || grep -qF "id=\"$id\"" "$file"; } ||
					echo "$page: $to"
			done
		done
	)
}

test_expect_success 'a page for each artifact, and the others' '
	cd "$TRASH/r" && git agent site ../site >out && cat out && test_grep "^open \.\./site/index.html$" out &&
	test "$(ls ../site/a | wc -l)" = "$(git agent list --format="%(uid)" | wc -l)" &&
	for page in index graph activity
	do
		test -s ../site/$page.html || return 1
	done &&
	test_grep "Another of the same label" ../site/index.html
'

test_expect_success 'each link leads somewhere' '
	cd "$TRASH" && refs site >dead && test_must_be_empty dead
'

test_expect_success 'what is in a text is text' '
	cd "$TRASH" && page=site/a/story-infra-666.html &&
	! grep -rE "<script[^>]*>[^<]" site --include="*.html" &&
	! grep -rE "<(img|iframe|b>x)|(href|src)=\"(javascript|data):| on[a-z]+=\"" site --include="*.html" &&
	test_grep "&lt;b&gt;x&lt;/b&gt;" $page && test_grep "A &lt;/script&gt;&lt;script&gt;alert(1)" $page &&
	test_grep "<span class=\"nowhere\" title=\"../../../../etc/passwd\">file</span>" $page
'

test_expect_success 'links, labels, tables and boxes' '
	cd "$TRASH" && page=site/a/story-infra-666.html &&
	test_grep "<a href=\"story-infra-002.html\">story</a>" $page &&
	test_grep "<a href=\"story-infra-002.html\" title=\"Rate limit\">INFRA-002</a>, INFRA-666" $page &&
	test_grep "XINFRA-002" $page && ! grep "X<a" $page &&
	test_grep "<a href=\"#s-text\">section</a>" $page &&
	test_grep "<td>a | b</td><td class=\"right\"><code>c</code> <a " $page &&
	test_grep "<input type=\"checkbox\" disabled checked aria-label=\"done\">" $page &&
	test_grep "<ins>+&lt;script&gt;alert(5)&lt;/script&gt;</ins>" $page
'

test_expect_success 'an approval that nobody gave is claimed' '
	cd "$TRASH/r" && test_grep "class=\"approval claimed\"" ../site/a/plan-infra-001.html &&
	test_grep "APPROVED: no approval is on record" ../site/a/plan-infra-001.html &&
	! grep "\"crumb\".*class=\"approval" ../site/a/story-infra-002.html
'

test_expect_success 'an approval that the remote acknowledged is proven' '
	cd "$TRASH/r" && git agent sync init "file:$TRASH/team.db" >/dev/null && git agent state INFRA-001 DRAFT --reason again &&
	git agent sync && git agent state INFRA-001 COMMITTED && git agent sync &&
	git agent state INFRA-001 APPROVED && git agent sync && git agent site ../site &&
	test_grep "approved, acknowledged by the remote" ../site/a/plan-infra-001.html &&
	test_grep "<td>yes</td>" ../site/a/plan-infra-001.html
'

test_expect_success 'the same again is the same bytes, and nothing is written' '
	cd "$TRASH/r" && find ../site -type f | sort | xargs ls -li --time-style=full-iso >../before &&
	cp -R ../site ../first && git agent site ../site >out && test_grep " 0 of them new or changed$" out &&
	git agent site ../second >/dev/null && diff -r ../first ../second && diff -r ../first ../site &&
	find ../site -type f ! -name .git-agent-site | sort | xargs ls -li --time-style=full-iso >../after &&
	grep -v "\.git-agent-site" ../before | diff - ../after
'

test_expect_success 'a page of what is gone goes, what others put there stays' '
	cd "$TRASH/r" && echo mine >../site/a/mine.html && echo site.example.org >../site/CNAME &&
	git agent rm INFRA-666 && git agent site ../site >out && test_grep "1 removed" out &&
	test ! -e ../site/a/story-infra-666.html && test -f ../site/a/mine.html &&
	test -f ../site/CNAME && git agent undo
'

test_expect_success 'a directory with other files is left alone, and a list that was tampered with leads nowhere' '
	cd "$TRASH/r" && mkdir ../other && echo mine >../other/index.html &&
	test_expect_code 2 git agent site ../other 2>err && test_grep "is no site of git agent" err &&
	test "$(ls -A ../other)" = index.html && test "$(cat ../other/index.html)" = mine &&
	mkdir ../linked && git agent site ../linked && mv ../linked/a ../elsewhere && ln -s ../elsewhere ../linked/a &&
	test_expect_code 2 git agent site ../linked && cp -R ../site ../theirs && git agent new-plan Later --scope SITE &&
	echo mine >../theirs/a/plan-site-001.html && test_expect_code 2 git agent site ../theirs 2>err &&
	test_grep "is not of git agent site" err && test "$(cat ../theirs/a/plan-site-001.html)" = mine &&
	test ! -e ../theirs/.git-agent-site-tmp && git agent undo &&
	echo precious >../precious.html &&
	printf "%s\n" ../precious.html a/../../precious.html /etc/hostname >>../site/.git-agent-site &&
	git agent site ../site && test -f ../precious.html && test -f /etc/hostname
'

test_expect_success 'killed at any point, the site is the old one or the next run makes it new' '
	cd "$TRASH/r" && rm ../site/CNAME ../site/a/mine.html &&
	git agent site ../site >/dev/null && git agent set INFRA-002 --section Notes --text "More words." &&
	git agent site ../whole >/dev/null && cp -R ../site ../old && n=1 &&
	while :
	do
		rm -rf ../site && cp -R ../old ../site &&
		(GIT_AGENT_FAULT=$n && export GIT_AGENT_FAULT && git agent site ../site) >/dev/null 2>&1 && break
		test $? = 137 || return 1
		refs ../site >../dead && test_must_be_empty ../dead &&
		git agent site ../site >/dev/null && diff -r ../whole ../site || return 1
		n=$((n + 1))
	done &&
	test $n -gt 5 && say "# killed at $((n - 1)) points"
'

test_expect_success 'SOURCE_DATE_EPOCH is the time of the pages' '
	cd "$TRASH/r" && SOURCE_DATE_EPOCH=86400 git agent site ../dated >/dev/null &&
	test_grep "1970-01-02T00:00:00Z" ../dated/index.html &&
	test_expect_code 129 env SOURCE_DATE_EPOCH=now git agent site ../dated
'

test_expect_success BROWSER 'a large site' '
	cd "$TRASH" && git init -q large && LC_ALL=C awk -v n=2000 -f "$test_root/tests/perf/tree.awk" |
		git -C large fast-import --quiet && git -C large reset -q --hard &&
	git -C large agent sync init "file:$TRASH/large.db" >/dev/null && cd large &&
	git agent site ../large-site
'

test_expect_success BROWSER 'in a browser' '
	cd "$TRASH" && (cd r && git agent site ../site >/dev/null) && rm -f site/a/mine.html &&
	timeout 300 node "$test_root/tests/site/browser.mjs" "$modules" "$TRASH/site" "$TRASH/large-site" >said
	code=$? && sed "s/^ok /# ok: /; s/^not ok /# NOT OK: /" said && say "$(grep "^# [0-9]* artifacts" said)" && test $code = 0
'

test_done
