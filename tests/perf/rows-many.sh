#!/bin/sh
# shellcheck disable=SC2015,SC2164
# Rows that concern all artifacts: looking at them, and between files and workspace.

rows_many() {
	at=$world/$n/ours
	rows_look
	rows_status
	rows_checkout
	rows_commit
	rows_files
}

rows_look() {
	list_target=1.3
	test "$n" -lt 100000 || list_target=1.0
	sqlite_list=$(floor_sql sqlite_list <<-EOT
		exec sqlite3 $world/$n/floor.db "SELECT path, title FROM artifact"
	EOT
	)
	measure "list" "git-agent list" "git ls-files -s" $list_target "$git ls-files -s" \
		"sqlite3: SELECT of all" - "$sqlite_list" "task list, $peer_n" - "${task_add:+task list}"
	mail='' indexed=
	if test -z "$instructions" && have notmuch && { wanted "search, one hit" || wanted "search, all hit"; }
	then
		fill_notmuch
	fi
	(cd "$at" && git-agent search module) >/dev/null
	measure "search, one hit" "git-agent search $id" "notmuch search, $peer_n" 0.5 \
		"${mail:+notmuch search $id}" "git grep -liw" - "$git grep -liw -e $id -- .agent"
	measure "search, all hit" "git-agent search backoff checkout" \
		"notmuch search, $peer_n" 0.5 "$mail" \
		"git grep -liw" - "$git grep -liw -e backoff --all-match -e checkout -- .agent"
}

# Artifacts as mails.
fill_notmuch() {
	mkdir -p "$world/$n/mail"
	head -n "$peer_n" "$world/$n/paths" | (
		cd "$world/$n/ours"
		i=0
		while read -r file
		do
			i=$((i + 1))
			printf 'From: a@example.org\nMessage-ID: <%d@example.org>\nSubject: %s\n\n' "$i" \
				"$(head -n 1 "$file")" | cat - "$file" >"$world/$n/mail/$i"
		done
	)
	NOTMUCH_CONFIG=$world/notmuch
	export NOTMUCH_CONFIG
	printf '[database]\npath=%s\n[user]\nname=Bench\nprimary_email=b@example.org\n' \
		"$world/$n/mail" >"$NOTMUCH_CONFIG"
	notmuch new --quiet >/dev/null 2>&1
	mail="notmuch search backoff and checkout"
}

# Files changed by hand, with the same text for git and for us.
rows_status() {
	target=1.0
	test "$n" -lt 100000 || target=0.8
	for k in 0 1 100
	do
		edits $k
		measure "status, $k changed" -p "$world/edit_$k" "git-agent status" -p - \
			"git status" $target "$git status"
		git -C "$at" checkout -q --force . 2>/dev/null
		(cd "$at" && git-agent import) >/dev/null 2>&1
	done
}

# 1 % of the files differ between two commits, and no one has seen the second.
rows_checkout() {
	wanted "hook post-checkout, 1 %" || return 0
	percent=$((n / 100))
	edits $percent
	script next_commit <<-EOT
		git="$git -c core.hooksPath=/dev/null"
		\$git checkout -q --force main
		git-agent import >/dev/null
		\$git checkout -q --detach
		$world/edit_$percent
		\$git commit -qam next
		new=\$($git rev-parse HEAD)
		\$git checkout -q main
		printf '#!/bin/sh\nexec git-agent hook post-checkout %s %s 1\n' \\
			"\$($git rev-parse main)" "\$new" >$world/run_hook
		printf '#!/bin/sh\nexec $git -c core.hooksPath=/dev/null checkout -q %s\n' "\$new" \\
			>$world/run_checkout
		chmod +x $world/run_hook $world/run_checkout
	EOT
	script checked_out <<-EOT
		$world/next_commit
		exec $world/run_checkout
	EOT
	measure "hook post-checkout, 1 %" -p "$world/checked_out" "$world/run_hook" \
		-p "$world/next_commit" "git checkout of it, no hooks" 0.6 "$world/run_checkout"
	(cd "$at" && git -c core.hooksPath=/dev/null checkout -q --force main && git-agent import) >/dev/null
}

# k artifacts that commands changed; git's part is to add the files by name.
rows_commit() {
	for k in 1 100
	do
		batches $k
		edits $k
		script "plain_edit_$k" <<-EOT
			cd $world/$n/plain && exec $world/edit_$k
		EOT
		script "plain_add_$k" <<-EOT
			cd $world/$n/plain
			head -n $k ../paths | xargs $git add --
			exec $git commit -q -m x
		EOT
		measure "commit, hooks, $k dirty" \
			-p "$world/batch_$k" "$git commit -q --allow-empty -m x" \
			-p "$world/plain_edit_$k" "git add of $k files, commit" 1.3 "$world/plain_add_$k"
	done
}

rows_files() {
	measure "import, nothing new" "git-agent import" "git status" 1.0 "$git status"
	at=$world/$n
	git clone -q "$at/origin.git" "$at/fresh-import"
	cp -R "$at/plain" "$at/adder"
	script init_cold <<-EOT
		cd $at/fresh-import && exec git-agent sync init --no-hooks
	EOT
	script no_workspace <<-EOT
		rm -rf $at/fresh-import/.git/agent $at/fresh-import/.agent/cache/agent.db
	EOT
	script floor_import <<-EOT
		rm -f $at/cold.db
		cd $at/plain && exec $build/tests/perf/floor-import ../cold.db <../paths
	EOT
	script no_index <<-EOT
		rm -rf $at/adder/.git && git init -q $at/adder
	EOT
	script add_cold <<-EOT
		cd $at/adder && exec $git add -A
	EOT
	measure "import all" -p "$world/no_workspace" "$world/init_cold" \
		-p - "read, hash, INSERT" 1.5 "$world/floor_import" \
		-p "$world/no_index" "git add -A" 0.2 "$world/add_cold"
	script rebuild <<-EOT
		cd $at/fresh-import && exec git-agent rebuild --force
	EOT
	script before_rebuild <<-EOT
		cd $at/fresh-import && rm -rf .git/agent/*.kept* .git/agent/aside* .git/agent/agent.db.*
	EOT
	measure "rebuild" -p "$world/before_rebuild" "$world/rebuild" \
		-p - "read, hash, INSERT" - "$world/floor_import"
	rm -rf "$at/fresh-import" "$at/adder"
	rows_export
	rows_site
	size=$(cd "$at/plain" && xargs cat <../paths | wc -c)
	test "$instructions" ||
		note "database size, of content" "$(awk -v a="$(wc -c <"$at/imported.db")" -v b="$size" \
			'BEGIN { printf "%.2f", a / b }')" "x, target 1.2"
}

rows_export() {
	wanted "export all, fresh" || return 0
	(
		cd "$at"
		git clone -q --no-checkout origin.git fresh
		cd fresh
		git reset -q && git checkout -q . && git agent sync init --no-hooks
		cp .git/agent/agent.db ../fresh.db
		git switch -q --orphan empty
	) >/dev/null 2>&1
	script no_files <<-EOT
		rm -rf $at/fresh/.agent/cache/[a-z]*s
		rm -f $at/fresh/.git/agent/agent.db-*
		cp $at/fresh.db $at/fresh/.git/agent/agent.db
	EOT
	script export_all <<-EOT
		cd $at/fresh && exec git-agent export --all
	EOT
	script no_checkout <<-EOT
		rm -rf $at/plain/.agent
	EOT
	measure "export all, fresh" -p "$world/no_files" "$world/export_all" \
		-p "$world/no_checkout" "git checkout-index -a" 0.6 "$git -C plain checkout-index -a"
	git -C "$at/plain" checkout-index -a -f -q
	rm -rf "$at/fresh" "$at/fresh.db"
}

rows_site() {
	git-agent site -h >/dev/null 2>&1 || return 0
	script site <<-EOT
		rm -rf $at/site
		cd $at/ours && exec git-agent site $at/site
	EOT
	measure "site" "$world/site" "git checkout-index -a" - "$git -C plain checkout-index -a -f"
}
