#compdef git-agent
# Completion of `git agent` for zsh, as a file _git-agent in a directory of $fpath; zsh's own
# completion of git calls it.
zstyle -g _git_agent_known ':completion:*:*:git:*' user-commands ||
	zstyle ':completion:*:*:git:*' user-commands agent:'plans, stories and runbooks'

_git-agent () {
	local -a found
	found=("${(@f)$(git agent completion --words -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
	found=("${(@)found:#}")
	if (( $#found ))
	then
		compadd -a found
	else
		_files
	fi
}

_git-agent "$@"
