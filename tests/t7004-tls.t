#!/bin/sh
# shellcheck disable=SC2015
test_description='https: certificates, what git is configured for, HTTP/2, gzip'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"
. "$test_root/tests/lib/backend.sh"

# Each test is skipped, and counted, where the server is not installed.
missing=$(backend_missing "$test_root")
command -v openssl >/dev/null || missing="$missing openssl"
place=$GIT_AGENT_BUILD/backend-tls-$$
pids=
leave() {
	for pid in $pids
	do
		kill "$pid"
	done
	backend_stop "$test_root" "$place"
}
if test -z "$missing" && test -e "$GIT_AGENT_BUILD/libexec/git-agent/supabase.so"
then
	trap 'leave; die' EXIT
	backend_start "$test_root" "$place" || exit 1
	test_set_prereq SERVER
else
	echo "# scripts/bootstrap --server:$missing"
fi

# certificate <name> <host> <from> <to>: signed by the authority in ca/.
certificate() {
	(
		cd ca &&
		openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1" \
			-addext "subjectAltName=$2" &&
		openssl ca -batch -config ca.conf -notext -startdate "$3" -enddate "$4" \
			-in "$1.csr" -out "$1.crt"
	)
}

# front <name>: in front of the server, with that certificate; sets $URL.
front() {
	mkdir "$1" &&
	node "$test_root/tests/lib/fault-proxy.mjs" "$GIT_AGENT_TEST_URL" "$TRASH/$1" \
		"$TRASH/ca/$1.key" "$TRASH/ca/$1.crt" &
	pids="$pids $!"
	until test -s "$1/port"
	do
		sleep 0.1
	done
	URL=https://127.0.0.1:$(cat "$1/port")
}

# ada <git argument>...: in her clone, with her token for $URL.
ada() {
	GIT_AGENT_TOKEN=$GIT_AGENT_TEST_ADA GIT_AGENT_URL=$URL GIT_AGENT_KEY=$GIT_AGENT_TEST_KEY \
		git -C ada "$@"
}

# refused <text>: with an edit to send.
refused() {
	test_expect_code 128 ada -c "agent.remote=$URL" agent sync 2>err &&
	test_grep "^fatal: the certificate of .$URL. is refused: $1" err &&
	test_grep "^hint: .*http.sslCAInfo" err &&
	ada agent show INFRA-042 | grep "a limit of 9"
}

test_expect_success SERVER 'an authority, and certificates' '
	mkdir ca && : >ca/index && echo 01 >ca/serial &&
	cat >ca/ca.conf <<-\EOT &&
	[ca]
	default_ca=x
	[x]
	database=index
	serial=serial
	new_certs_dir=.
	certificate=ca.crt
	private_key=ca.key
	default_md=sha256
	policy=p
	copy_extensions=copy
	unique_subject=no
	[p]
	commonName=supplied
	EOT
	(cd ca && openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 30 \
		-subj /CN=Authority) &&
	certificate good IP:127.0.0.1 20200101000000Z 20991231000000Z &&
	certificate other DNS:other.example 20200101000000Z 20991231000000Z &&
	certificate expired IP:127.0.0.1 20200101000000Z 20200201000000Z
'

test_expect_success SERVER 'an authority that git knows for this url is ours, too' '
	team_origin && git clone -q origin.git ada && front good &&
	git config --global "http.$URL.sslCAInfo" "$TRASH/ca/ca.crt" &&
	ada agent sync init "$URL" --project team --create &&
	ada agent sync
'

test_expect_success SERVER 'it is HTTP/2, with gzip' '
	test_grep "POST /rest/v1/rpc/push 200 [0-9]* 2.0" good/log &&
	! grep " 1.1$" good/log
'

test_expect_success SERVER 'each certificate that is refused says why; nothing is lost' '
	(cd ada && team_edit "s/a limit/a limit of 9/") && ada agent import &&
	git config --global --unset "http.$URL.sslCAInfo" &&
	refused "nobody we trust has signed it" &&
	git config --global http.sslCAInfo "$TRASH/ca/ca.crt" &&
	good=$URL &&
	front expired && refused "it has expired" && ! test -s expired/log &&
	front other && refused "it is for another host" && ! test -s other/log &&
	URL=$good && ada agent sync
'

test_expect_success SERVER 'http.sslVerify=false is not obeyed, and it says so' '
	git config --global --unset http.sslCAInfo &&
	test_expect_code 128 ada -c http.sslVerify=false agent sync 2>err &&
	test_grep "^warning: http.sslVerify=false is not obeyed" err &&
	GIT_SSL_CAINFO=$TRASH/ca/ca.crt ada agent sync
'

test_expect_success SERVER 'the proxy of git is asked for other machines, not for this one' '
	GIT_SSL_CAINFO=$TRASH/ca/ca.crt ada -c http.proxy=http://127.0.0.1:1 agent sync &&
	URL=https://server.invalid &&
	test_expect_code 3 ada -c "agent.remote=$URL" -c http.proxy=http://127.0.0.1:1 agent sync \
		2>err &&
	test_grep "127.0.0.1 port 1" err
'

test_done
