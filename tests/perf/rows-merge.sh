#!/bin/sh
# shellcheck disable=SC2015,SC2164
# Rows of merging: the driver as a process, the function, git's merge of many files.

rows_merge() {
	at=$world/$n
	base=$(grep /runbooks/ "$at/paths" | sed -n 5p)
	cp "$at/plain/$base" "$at/base"
	sed '1s/$/ (theirs)/' "$at/base" >"$at/theirs"
	sed '$s/$/ (ours)/' "$at/base" >"$at/ours.md"
	script merge_input <<-EOT
		cp $at/ours.md $at/merged.md
	EOT
	measure "merge driver, one file" -p "$world/merge_input" \
		"git-agent merge-driver base merged.md theirs 7 $base" \
		"git merge-file" 0.85 "$git merge-file merged.md base theirs"
	merges
	for k in 100 1000
	do
		test "$k" -le "$n" && wanted "git merge of $k" || continue
		make_merger $k
		rows_driver $k
		rm -rf "$at/merger"
	done
}

# 1,000 merges in one process: sides that changed different sections, and one where every line that
# stands in the file is to be compared.
merges() {
	merge=$build/tests/perf/floor-merge
	measure "merge3 of two lines, 1,000 times" "$merge ours 1000 base ours.md theirs" \
		"git_merge_file" 1.0 "$merge git 1000 base ours.md theirs"
	sed 's/^\( *\)\([a-z]\)/\1 \2/' "$at/base" >"$at/theirs.all"
	measure "merge3 of most lines, 1,000 times" "$merge ours 1000 base ours.md theirs.all" \
		"git_merge_file" 2.0 "$merge git 1000 base ours.md theirs.all"
}

# make_merger <k>: two branches that change k artifacts in different lines.
make_merger() {
	git clone -q "$at/origin.git" "$at/merger"
	(
		cd "$at/merger"
		git config merge.ours.driver "$(git -C "$at/ours" config merge.agent.driver)"
		git config merge.file.driver \
			'git merge-file --marker-size=%L -L ours -L base -L theirs %A %O %B'
		git config merge.least.driver "$build/tests/perf/small"
		git switch -q -c left
		head -n "$1" ../paths >../files
		xargs sed -i '1s/$/ (left)/' <../files
		git commit -qam left
		git switch -q -c right main
		xargs sed -i '$s/$/ (right)/' <../files
		git commit -qam right
	)
	for driver in ours file least text
	do
		script to_$driver <<-EOT
			cd $at/merger && echo '.agent/cache/** merge=$driver' >.git/info/attributes
			exec git checkout -q --force --detach left
		EOT
	done
	sed -i 's/merge=text/merge/' "$world/to_text"
}

rows_driver() {
	merge="$git -C $at/merger merge -q -m m right"
	measure "git merge of $1, our driver" -p "$world/to_ours" "$merge" \
		-p "$world/to_file" "git merge-file as driver" 0.9 "$merge" \
		-p "$world/to_least" "a driver that does nothing" - "$merge" \
		-p "$world/to_text" "no driver" - "$merge"
}
