#!/bin/sh
# shellcheck disable=SC2015,SC2164
# Rows that concern one artifact or none: the number of artifacts should not matter.

floor_sql() {
	have sqlite3 || return 0
	script "$1"
	echo "$world/$1"
}

rows_one() {
	at=$world/$n/ours
	head="$git rev-parse HEAD"
	path_of=$(sed -n 7p "$world/$n/paths")
	measure "start" "git-agent version" "git --version" 0.9 "$git --version"
	sqlite_show=$(floor_sql sqlite_show <<-EOT
		exec sqlite3 $world/$n/floor.db "SELECT body FROM artifact WHERE path = '$path_of'"
	EOT
	)
	measure "show" "git-agent show $id" "git rev-parse HEAD" 1.5 "$head" \
		"sqlite3: SELECT of one" - "$sqlite_show"
	measure "show, through git" "$git agent show $id" "git nothing" 1.6 "$git nothing"
	measure "sync status, offline" "git-agent sync status --offline" "git rev-parse HEAD" 1.5 "$head"
	measure "log" "git-agent log $id" "git rev-parse HEAD" 1.5 "$head" "git log -- <path>" - \
		"$git log -- $path"
	sqlite_edit=$(floor_sql sqlite_edit <<-EOT
		exec sqlite3 $world/$n/floor.db "CREATE TABLE IF NOT EXISTS history (path, title, time);
			UPDATE artifact SET title = hex(randomblob(4)) WHERE path = '$path_of';
			INSERT INTO history SELECT path, title, 1 FROM artifact WHERE path = '$path_of'"
	EOT
	)
	fossil='' task_add=''
	peers_one
	measure "edit" -p "$world/next_text" "git-agent edit $id --file $world/text" \
		-p - "git rev-parse HEAD" 2.5 "$head" "sqlite3: UPDATE and INSERT" - "$sqlite_edit"
	measure "set --title" -p "$world/next_title" "$world/set_title" \
		-p - "git rev-parse HEAD" 2.5 "$head"
	measure "create" "git-agent new-story Bench --scope SCOPEA" "git rev-parse HEAD" 2.5 "$head" \
		"fossil ticket add, $peer_n" 0.6 "$fossil" "task add, $peer_n" - "$task_add"
	measure "log of 200 revisions, -n 20" -p "$world/revisions" "git-agent log -n 20 $id" -p - \
		"git rev-parse HEAD" 1.5 "$head"
	settle
	oid=$(git -C "$at" rev-parse HEAD)
	measure "hook post-checkout, nothing" "git-agent hook post-checkout $oid $oid 1" \
		"git rev-parse HEAD" 1.5 "$head"
	measure "hook pre-commit, nothing" "git-agent hook pre-commit" "git rev-parse HEAD" 1.5 "$head"
	measure "commit, hooks, nothing dirty" "$git commit -q --allow-empty -m x" \
		"no hooks" 1.25 "$git -c core.hooksPath=/dev/null commit -q --allow-empty -m x" \
		"3 hooks of a small program" - \
		"$git -c core.hooksPath=$world/hooks commit -q --allow-empty -m x"
}

# What edits left is committed, so that nothing is dirty.
settle() {
	git -C "$at" add .agent
	git -C "$at" commit -q -m settled >/dev/null 2>&1 || :
}

# Hooks of a small program, and peers that are filled with as many items as $BENCH_PEERS allows.
peers_one() {
	peer_n=${BENCH_PEERS:-1000}
	test "$peer_n" -lt "$n" || peer_n=$n
	mkdir -p "$world/hooks"
	for event in pre-commit commit-msg post-commit
	do
		printf '#!/bin/sh\nexec %s "$@"\n' "$build/tests/perf/small" >"$world/hooks/$event"
		chmod +x "$world/hooks/$event"
	done
	script next_title <<-EOT
		echo "Title \$(date +%N)" >$world/title
	EOT
	script set_title <<-EOT
		read -r title <$world/title
		exec git-agent set $id --title "\$title"
	EOT
	script revisions <<-EOT
		test ! -e $world/$n/revised || exit 0
		: >$world/$n/revised
		for i in \$(seq 200); do echo "set $id --title \"Revision \$i\""; done >$world/batch
		exec git-agent batch $world/batch
	EOT
	test -z "$instructions" || return 0
	if have fossil && wanted create
	then
		fossil=$(fill_fossil)
	fi
	if have task && { wanted create || wanted list; }
	then
		fill_task
		task_add="task add Bench"
	fi
}

fill_fossil() {
	place_of=$world/$n/tickets.fossil
	USER=bench fossil init "$place_of" >/dev/null 2>&1
	script fossil_add <<-EOT
		USER=bench exec fossil ticket add title Bench type Story status Open -R $place_of
	EOT
	for _ in $(seq "$peer_n")
	do
		"$world/fossil_add"
	done >/dev/null 2>&1
	echo "$world/fossil_add"
}

fill_task() {
	TASKRC=$world/taskrc TASKDATA=$world/$n/task
	export TASKRC TASKDATA
	mkdir "$TASKDATA"
	printf 'data.location=%s\nconfirmation=off\nverbose=nothing\n' "$TASKDATA" >"$TASKRC"
	head -n "$peer_n" "$world/$n/paths" |
		awk '{ sub(/.*\//, ""); printf "{\"description\":\"%s\",\"status\":\"pending\"}\n", $0 }' |
		task import - >/dev/null 2>&1
}
