# Completion of `git agent` for bash. git's own completion calls _git_agent.
# To load it: . <(git agent completion bash)

# _git_agent_reply <word after "agent">...: the last one is being typed.
_git_agent_reply ()
{
	local word IFS=$'\n'

	COMPREPLY=()
	for word in $("${_git_agent_git[@]}" agent completion --words -- "${@//\\/}" 2>/dev/null)
	do
		COMPREPLY+=("$(printf '%q' "$word") ")
	done
}

_git_agent ()
{
	local i=1 _git_agent_git=(git)

	while test "$i" -lt "$cword" && test "${words[i]}" != agent
	do
		i=$((i + 1))
	done
	! declare -F __git >/dev/null || _git_agent_git=(__git)
	_git_agent_reply "${words[@]:i + 1:cword - i}"
}

_git_agent_alone ()
{
	local _git_agent_git=(git)

	_git_agent_reply "${COMP_WORDS[@]:1:COMP_CWORD}"
}

complete -o bashdefault -o default -o nospace -F _git_agent_alone git-agent
