#!/bin/sh
# shellcheck disable=SC2015,SC2164
# Rows of exchange: a remote in a file, and PostgreSQL with PostgREST. What the gateway counts are
# requests and bytes; the server's processor time is that of PostgreSQL and PostgREST.

rows_sync() {
	at=$world/$n
	make_pushers
	for remote in ${BENCH_REMOTES-file server}
	do
		case $remote in
		file) on_file ;;
		*) on_server || continue ;;
		esac
		rows_whole
		rows_changes
		server_options=
		unset GIT_AGENT_URL GIT_AGENT_TOKEN
		rm -rf "$at/puller"
	done
}

make_pushers() {
	cd "$at"
	git clone -q origin.git pusher
	(cd pusher && git agent sync init --no-hooks) >/dev/null 2>&1
	cp pusher/.git/config pusher.config
	cp pusher/.git/agent/agent.db pusher.db
	git clone -q --bare origin.git peer.git
	git clone -q peer.git peer_a
	git clone -q peer.git peer_b
	script git_pull <<-EOT
		cd $at/peer_b && exec $git pull -q
	EOT
	script git_push <<-EOT
		cd $at/peer_a && exec $git push -q
	EOT
	script bare <<-EOT
		rm -rf $at/push.git && git init -q --bare $at/push.git
	EOT
	script nothing_pulled <<-EOT
		rm -rf $at/puller && git init -q $at/puller
	EOT
	script nothing_cloned <<-EOT
		rm -rf $at/cloned
	EOT
	script sync_push <<-EOT
		cd $at/pusher && exec git-agent sync push
	EOT
	script sync_pull <<-EOT
		cd $at/puller && exec git-agent sync pull
	EOT
	script sync_nothing <<-EOT
		cd $at/puller && exec git-agent sync
	EOT
	script git_fetch <<-EOT
		cd $at/peer_b && exec $git fetch -q
	EOT
	script pull_all <<-EOT
		cd $at/puller
		git-agent sync init --no-hooks \$(cat $world/remote)
		exec git-agent sync
	EOT
	script push_all <<-EOT
		cd $at/pusher
		git-agent sync init --no-hooks \$(cat $world/remote) \$(cat $world/create)
		exec git-agent sync push
	EOT
	script pusher_again <<-EOT
		rm -f $at/pusher/.git/agent/agent.db-*
		cp $at/pusher.config $at/pusher/.git/config
		cp $at/pusher.db $at/pusher/.git/agent/agent.db
	EOT
	cd "$top"
}

on_file() {
	echo "file:$at/push.db" >"$world/remote"
	: >"$world/create"
	script unpushed <<-EOT
		$world/pusher_again
		rm -f $at/push.db*
	EOT
	floor=
}

# One server for all sizes; each push of all goes to a project of its own.
on_server() {
	test -z "$instructions" || return 1
	missing=$(backend_missing "$top")
	if test -n "$missing"
	then
		say "skipped: the server is not installed (scripts/bootstrap --server):$missing"
		return 1
	fi
	if test -z "$place"
	then
		place=$build/backend-bench-$$
		GATEWAY_COUNTS=yes
		export GATEWAY_COUNTS
		backend_start "$top" "$place" >"$world/versions" || return 1
		test "$json" || cat "$world/versions"
	fi
	GIT_AGENT_URL=$GIT_AGENT_TEST_URL GIT_AGENT_TOKEN=$GIT_AGENT_TEST_ADA
	export GIT_AGENT_URL GIT_AGENT_TOKEN
	server_options="-s $(cat "$place/postgres.pid") -s $(cat "$place/rest.pid") -c $place/auth/counts"
	echo --create >"$world/create"
	script unpushed <<-EOT
		$world/pusher_again
		echo "$GIT_AGENT_URL --key $GIT_AGENT_TEST_KEY --project bench-$n-\$(date +%s%N)" >$world/remote
	EOT
	make_floor
}

# The rows of the last push, by set-based SQL into tables of the same definition.
make_floor() {
	tables="revision artifact text lineage"
	floor=$world/floor
	{
		echo "set client_min_messages = warning; create schema floor;"
		for table in $tables
		do
			echo "create table floor.$table (like gitagent_private.$table including all);"
		done
	} >"$world/floor_schema.sql"
	{
		echo "begin;"
		for table in $tables
		do
			echo "insert into floor.$table select * from gitagent_private.$table
				where project_id = (select id from gitagent_private.project
					order by created_at desc limit 1);"
		done
		echo "commit;"
	} >"$world/floor.sql"
	script floor <<-EOT
		exec psql -XAtq -v ON_ERROR_STOP=1 -f $world/floor.sql $GIT_AGENT_TEST_DATABASE
	EOT
	script no_floor <<-EOT
		psql -XAtq -c 'drop schema if exists floor cascade' $GIT_AGENT_TEST_DATABASE 2>/dev/null
		exec psql -XAtq -v ON_ERROR_STOP=1 -f $world/floor_schema.sql $GIT_AGENT_TEST_DATABASE
	EOT
}

rows_whole() {
	test "$floor" || : >"$world/no_floor"
	measure "push all, $remote" -p "$world/unpushed" "$world/push_all" \
		-p "$world/no_floor" "INSERT of the same rows" 1.5 "$floor" \
		-p "$world/bare" "git push of all" - "$git -C pusher push -q ../push.git main"
	# A row that was left out: the next ones need what it leaves.
	wanted "push all, $remote" || { "$world/unpushed" && "$world/push_all"; } >/dev/null 2>&1
	measure "first clone, $remote" -p "$world/nothing_pulled" "$world/pull_all" \
		-p "$world/nothing_cloned" "git clone" - "$git clone -q --no-local origin.git cloned"
	wanted "first clone, $remote" || { "$world/nothing_pulled" && "$world/pull_all"; } >/dev/null 2>&1
	rm -rf "$at/cloned" "$at/push.git"
	request=
	test "$remote" = file || ask_nothing
	measure "sync, nothing new, $remote" "$world/sync_nothing" "curl of the same request" 1.3 \
		"$request" "git fetch, nothing new" - "$world/git_fetch"
}

# What `sync` asks the server for when nothing is new.
ask_nothing() {
	request=$world/request
	key="apikey: $GIT_AGENT_TEST_KEY" auth="Authorization: Bearer $GIT_AGENT_TOKEN"
	cursor=$(psql -XAt -c "select json_build_object('project', id, 'epoch', epoch, 'since', head,
		'since_hash', head_hash) from gitagent_private.project order by created_at desc limit 1" \
		"$GIT_AGENT_TEST_DATABASE")
	printf '%s' "$cursor" >"$world/cursor"
	script request <<-EOT
		exec curl -sf -o /dev/null -H '$key' -H '$auth' -H 'Content-Type: application/json' \\
			-H 'Content-Profile: gitagent' -d @$world/cursor $GIT_AGENT_URL/rest/v1/rpc/pull
	EOT
}

# Into a clone as people have it, with its files.
rows_changes() {
	(cd "$at/puller" && git-agent export >/dev/null 2>&1) || :
	for k in ${BENCH_CHANGES:-0 1 10 100 1000 10000}
	do
		test "$k" -le "$n" || continue
		batches "$k"
		edits "$k"
		script change_pusher <<-EOT
			cd $at/pusher && exec $world/batch_$k
		EOT
		script change_peer <<-EOT
			cd $at/peer_a
			$world/edit_$k
			exec $git commit -q --allow-empty -am x
		EOT
		script pushed <<-EOT
			$world/change_pusher && exec $world/sync_push
		EOT
		script peer_pushed <<-EOT
			$world/change_peer && exec $world/git_push
		EOT
		measure "push $k, $remote" -p "$world/change_pusher" "$world/sync_push" \
			-p "$world/change_peer" "git push of $k files" - "$world/git_push"
		measure "pull $k, $remote" -p "$world/pushed" "$world/sync_pull" \
			-p "$world/peer_pushed" "git pull of $k files" - "$world/git_pull"
	done
}
