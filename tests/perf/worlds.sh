#!/bin/sh
# shellcheck disable=SC2015,SC2164
# Repositories of $n artifacts in $world/$n, and the scripts that rows of them run.

make_world() {
	at=$world/$n
	mkdir "$at"
	cd "$at"
	git init -q --bare origin.git
	LC_ALL=C awk -v n="$n" -f "$top/tests/perf/tree.awk" | git -C origin.git fast-import --quiet
	git clone -q origin.git plain
	git -C plain ls-files .agent >paths
	git clone -q origin.git ours
	age plain
	age ours
	(cd ours && git agent sync init && git agent list | awk '{ print $1 }' >../ids) >/dev/null 2>&1
	cp ours/.git/agent/agent.db imported.db
	path=$(grep /stories/ paths | sed -n 7p)
	id=$(basename "$path" | sed 's/^\([A-Z]*-[0-9]*\).*/\1/')
	cp "ours/$path" text
	(cd plain && "$build/tests/perf/floor-import" ../floor.db <../paths)
	script next_text <<-EOT
		date +%N >$world/stamp
		sed "1s/\$/ \$(cat $world/stamp)/" $at/text >$world/text
	EOT
	cd "$top"
}

# age <clone>: files as they are in the morning; those of this second have to be read again.
age() {
	(cd "$1" && xargs touch -d "2 hours ago" <../paths && git update-index -q --refresh)
}

# edits <k>: a script that changes k files by hand, each time to another text, in the directory that
# it is started in.
edits() {
	script "edit_$1" <<-EOT
		stamp=\$(date +%s%N)
		head -n $1 $world/$n/paths | xargs -r sed -i "1s/ *[0-9]*\$/ \$stamp/"
	EOT
}

# batches <k>: a script that changes k artifacts by a command.
batches() {
	script "batch_$1" <<-EOT
		stamp=\$(date +%s%N)
		head -n $1 $world/$n/ids | sed "s/.*/set & --title \"Title \$stamp\"/" >$world/batch
		test $1 = 0 || git-agent batch $world/batch
	EOT
}
