#!/bin/sh
test_description='show on a terminal: laid out for reading'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

story=$small_stories/INFRA-002-rate-limit.md
escape=$(printf "\033")

shown() {
	COLUMNS=40 LC_ALL=C git agent show --rendered --no-color "$@" >../actual
}

test_expect_success LIBGIT2 'prose is wrapped, lists are indented, code and tables are not touched' '
	small_repo "$TRASH/r" && cd "$TRASH/r" &&
	cat >"$story" <<-\EOT &&
	# INFRA-002: Rate limit

	Some *prose* with **strong** words and `code` that
	goes on for more than one line.

	- [ ] **One**: first, and more than fits one line of it
	- [x] two
	  1. deeper
	  2. [words](https://example.org/a)

	> said

	| Name | What |
	|-|:-:|
	| longer name | 1 |
	| a \| b | two |

	```sh
	a   line of code that is longer than the width of the terminal
	```
	EOT
	cat >../expect <<-\EOT &&
	# INFRA-002: Rate limit

	Some *prose* with **strong** words and
	`code` that goes on for more than one
	line.

	- [ ] **One**: first, and more than fits
	  one line of it
	- [x] two
	  1. deeper
	  2. words <https://example.org/a>

	> said

	| Name        | What |
	| ----------- | ---- |
	| longer name | 1    |
	| a \| b      | two  |

	    a   line of code that is longer than the width of the terminal
	EOT
	shown INFRA-002 && test_cmp ../expect ../actual
'

test_expect_success LIBGIT2 'boxes and bullets by the locale; colour' '
	LC_ALL=C.UTF-8 git agent show --rendered INFRA-002 >../actual &&
	test_grep "^• ☐ \*\*One" ../actual && test_grep "^• ☑ two" ../actual &&
	test_grep "^│ said" ../actual &&
	git agent show --rendered --color INFRA-002 >../actual &&
	test_grep "$escape\[1;35mINFRA-002" ../actual &&
	test_grep "$escape\[1mOne$escape\[m: first" ../actual
'

test_expect_success LIBGIT2,SCRIPT 'a terminal gets it, a pipe and --raw do not' '
	test_tty "COLUMNS=40 LC_ALL=C NO_COLOR=1 GIT_PAGER=cat git agent show INFRA-002" >../actual &&
	test_cmp ../expect ../actual &&
	test_tty "git agent show --raw INFRA-002" >../actual && test_cmp "$story" ../actual &&
	git agent show INFRA-002 >../actual && test_cmp "$story" ../actual &&
	test_says 129 "error: one of --raw, --rendered and --json" \
		git agent show --raw --rendered INFRA-002
'

test_expect_success LIBGIT2 'wide and combining characters have their own width' '
	printf "| a | b |\n|---|---|\n| 日本 | 1 |\n| e\314\201 | 2 |\n" >"$story" &&
	printf "| a    | b   |\n| ---- | --- |\n| 日本 | 1   |\n| e\314\201    | 2   |\n" >../expect &&
	shown INFRA-002 && test_cmp ../expect ../actual
'

test_expect_success LIBGIT2 'nothing in a text reaches the terminal as an escape' '
	{
		printf -- "---\ntitle: \033]0;front\007\n---\n# Head \033[31m\n\nprose \033[2J\`code \033[1m\` " &&
		printf "<\033[3m> [l\033[4m](http://a/\033[5m) \302\233 \342\200\256\n\n" &&
		printf "\`\`\`\nblock \033c\n\`\`\`\n\n<div>\033[6m</div>\n\n| a \033[7m |\n|---|\n| \033[8m |\n"
	} >"$story" &&
	shown INFRA-002 && ! grep "$escape" ../actual && grep -c "\^\[" ../actual >../n &&
	test_grep "<U+202E>" ../actual && test_grep "<U+009B>" ../actual
'

test_expect_success LIBGIT2 'front matter first; what cannot be laid out stays as it is' '
	printf -- "---\nid: x\n---\n\nText\n" >"$story" && shown INFRA-002 &&
	printf -- "---\nid: x\n---\n\nText\n" >../expect && test_cmp ../expect ../actual &&
	printf "Text\n=\n<<<<<<< a\nb\n=======\nc\n>>>>>>> d\n" >"$story" && cp "$story" ../expect &&
	shown --at :0 INFRA-002 && git add "$story" && shown --at :0 INFRA-002 && test_cmp ../expect ../actual &&
	{ head -c 5000 /dev/zero | tr "\0" ">" && echo deep; } >"$story" && cp "$story" ../expect &&
	git add "$story" && shown --at :0 INFRA-002 && test_cmp ../expect ../actual &&
	: >"$story" && git add "$story" && shown --at :0 INFRA-002 && test_must_be_empty ../actual
'

test_done
