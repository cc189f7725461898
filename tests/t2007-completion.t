#!/bin/sh
test_description='completion: what may stand where, and the shells that ask for it'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi
git_completion=/usr/share/bash-completion/completions/git
command -v bash >/dev/null && test -r $git_completion && test_set_prereq BASH_COMPLETION
command -v zsh >/dev/null && test_set_prereq ZSH
command -v fish >/dev/null && test_set_prereq FISH

# offers <words in a line> -- <word>...: just that is offered in place of the last word.
offers() {
	printf "%s\n" "$1" >expect
	shift 2
	(cd a && git agent completion --words -- "$@") | tr "\n" " " | sed "s/ $//" >actual &&
	echo >>actual &&
	test_cmp expect actual
}

test_expect_success 'a clone with artifacts' '
	team_origin &&
	team_clone a &&
	git -C a agent new-plan "A plan" --scope CORE
'

test_expect_success 'commands, verbs, options' '
	offers "show" -- sho &&
	offers "" -- merge-dr &&
	offers "push pull purge" -- sync pu &&
	offers "--dry-run" -- sync push --d &&
	offers "list add remove" -- member "" &&
	offers "--text" -- set INFRA-042 --section Notes --te &&
	offers "version verify" -- help ver
'

test_expect_success 'ids, states, sections, kinds, scopes' '
	offers "INFRA-042 INFRA-043" -- show INFRA &&
	offers "INFRA-043" -- export INFRA-042 INFRA-043 &&
	offers "OPEN" -- state INFRA-042 O &&
	offers "Problem Statement" -- set INFRA-042 --section Prob &&
	offers "Notes" -- set INFRA-042 -s N &&
	offers "plan" -- list --kind pl &&
	offers "CORE" -- list --scope C &&
	offers "story" -- search word --kind st &&
	offers "updated" -- list --sort u &&
	offers "INFRA-043" -- links INFRA-042 INFRA-043 &&
	offers "" -- search INFRA &&
	offers "author approver admin" -- member add --role a
'

test_expect_success 'only what there is to resolve, and to restore' '
	offers "" -- sync resolve "" &&
	git -C a agent rm INFRA-043 &&
	offers "" -- show INFRA-043 &&
	offers "INFRA-043" -- restore INFRA-043 &&
	text=$(git -C a agent log --oneline INFRA-043 | sed -n "2s/ .*//p") &&
	offers "$text" -- restore INFRA-043 "" &&
	offers "2 1" -- undo "" && git -C a agent undo && offers "3 1" -- undo "" && git -C a agent undo
'

test_expect_success 'no error, whatever is asked' '
	offers "" -- nonsense "" &&
	offers "" -- state NOPE-1 "" &&
	(cd / && git agent completion --words -- show "") >out 2>&1 &&
	test_must_be_empty out &&
	git agent completion --words >out 2>&1 &&
	test_must_be_empty out
'

test_expect_success 'misuse' '
	test_expect_code 129 git agent completion &&
	test_expect_code 129 git agent completion tcsh
'

test_expect_success BASH_COMPLETION 'bash, within the completion of git, and alone' '
	git agent completion bash >script &&
	cat >ask <<-\EOT &&
	. "$1"
	. "$2"
	shift 2
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
	COMP_TYPE=9 COMP_KEY=9
	case $1 in
	git) __git_wrap__git_main ;;
	*) _git_agent_alone ;;
	esac
	printf "%s\n" "${COMPREPLY[@]}"
	EOT
	(
		cd a &&
		bash ../ask $git_completion ../script git agent sync statu &&
		bash ../ask $git_completion ../script git -C ../a agent set INFRA-042 --section "Problem\\ S" &&
		cd .. &&
		bash ask $git_completion ./script git -C a agent state INFRA-042 OP &&
		cd a &&
		bash ../ask $git_completion ../script git-agent show INFRA-04
	) >actual &&
	printf "%s \n" status "Problem\\ Statement" OPEN INFRA-042 >expect &&
	test_cmp expect actual
'

test_expect_success ZSH 'zsh' '
	git agent completion zsh >_git-agent &&
	cat >ask <<-\EOT &&
	compadd () { print -l -- "${(@P)2}" }
	_files () { print files }
	words=("${@:2}") CURRENT=$(($# - 1))
	. "$1"
	EOT
	(
		cd a &&
		zsh -f ../ask "$TRASH/_git-agent" agent sync pul &&
		zsh -f ../ask "$TRASH/_git-agent" agent import NOTHING
	) >actual &&
	printf "%s\n" pull files >expect &&
	test_cmp expect actual
'

test_expect_success FISH 'fish' '
	git agent completion fish >script.fish &&
	(
		cd a &&
		fish --no-config -c "source ../script.fish; complete -C \"git agent sync pul\"; complete -C \"git -C . agent state INFRA-042 OP\"; complete -C \"git-agent sho\""
	) | cut -f1 >actual &&
	printf "%s\n" pull OPEN show >expect &&
	test_cmp expect actual
'

test_done
