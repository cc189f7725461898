# Completion of `git agent` for fish. To load it: git agent completion fish | source
function __git_agent_words
	set -l words (commandline -opc)
	set -l at (contains -i -- agent $words)
	or set at 1
	set -e words[1..$at]
	git agent completion --words -- $words (commandline -ct) 2>/dev/null
end

function __git_agent_is_it
	set -l words (commandline -opc)
	contains -- agent $words[2..-1]
end

complete -c git -n __git_agent_is_it -a '(__git_agent_words)'
complete -c git-agent -a '(__git_agent_words)'
complete -c git -n __fish_use_subcommand -a agent -d 'Plans, stories and runbooks'
