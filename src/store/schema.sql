-- The workspace, schema 4. A change goes here and as a step into migrate.c.
-- Ids are hex texts; NULL stands for "none" where the C side says "".

CREATE TABLE meta (
	key   TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Texts, in a table of their own: a scan of the rest must not read them.
CREATE TABLE blob (
	oid   TEXT NOT NULL PRIMARY KEY,
	bytes BLOB NOT NULL
) STRICT;

CREATE TABLE artifact (
	uid        TEXT NOT NULL PRIMARY KEY,
	kind       TEXT NOT NULL,
	label      TEXT NOT NULL,
	scope      TEXT NOT NULL,
	num        INTEGER NOT NULL,
	path       TEXT NOT NULL,
	title      TEXT NOT NULL,
	state      TEXT NOT NULL,
	head       TEXT NOT NULL,
	oid        TEXT,
	deleted    INTEGER NOT NULL,
	generation INTEGER NOT NULL,
	author     TEXT NOT NULL,
	time       INTEGER NOT NULL,
	normative  TEXT NOT NULL,
	approval   TEXT NOT NULL,
	pushed     TEXT	-- base.revision, kept here by store_base_put: a join would cost a list half its time
) STRICT;
CREATE INDEX artifact_path ON artifact (path);
CREATE INDEX artifact_label ON artifact (label);
CREATE INDEX artifact_number ON artifact (scope, kind, num);
-- The same expression as artifact_now.dirty: what is to be pushed is few of many.
CREATE INDEX artifact_dirty ON artifact (uid)
WHERE CASE WHEN pushed IS NULL THEN NOT deleted ELSE pushed <> head END;

CREATE TABLE alias (
	label TEXT NOT NULL,
	kind  TEXT NOT NULL,
	uid   TEXT NOT NULL,
	scope TEXT NOT NULL,
	num   INTEGER NOT NULL,
	PRIMARY KEY (label, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_uid ON alias (uid);
CREATE INDEX alias_number ON alias (scope, kind, num);

-- seq keeps the order in which revisions came in: parents before children.
CREATE TABLE revision (
	seq     INTEGER PRIMARY KEY,
	id      TEXT NOT NULL UNIQUE,
	uid     TEXT NOT NULL,
	oid     TEXT REFERENCES blob (oid),
	path    TEXT NOT NULL,
	author  TEXT NOT NULL,
	time    INTEGER NOT NULL,
	how     TEXT NOT NULL,
	message TEXT NOT NULL
) STRICT;
CREATE INDEX revision_uid ON revision (uid);
CREATE INDEX revision_oid ON revision (oid);

CREATE TABLE revision_parent (
	child  INTEGER NOT NULL REFERENCES revision (seq),
	nth    INTEGER NOT NULL,
	parent INTEGER NOT NULL REFERENCES revision (seq),
	PRIMARY KEY (child, nth)
) STRICT, WITHOUT ROWID;
CREATE INDEX revision_parent_parent ON revision_parent (parent);

-- What a command did in one go; undoes: the one that it took back; retry: the caller's own name for
-- it, so that the same call once more is known.
CREATE TABLE operation (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	command TEXT NOT NULL,
	author  TEXT NOT NULL,
	time    INTEGER NOT NULL,
	undoes  INTEGER REFERENCES operation (id),
	retry   TEXT UNIQUE
) STRICT;
CREATE INDEX operation_undoes ON operation (undoes) WHERE undoes IS NOT NULL;

-- before is NULL where the artifact was not there.
CREATE TABLE operation_step (
	operation INTEGER NOT NULL REFERENCES operation (id),
	uid       TEXT NOT NULL,
	before    TEXT,
	after     TEXT NOT NULL,
	PRIMARY KEY (operation, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX operation_step_uid ON operation_step (uid);

CREATE TABLE worktree (
	id   INTEGER PRIMARY KEY,
	path TEXT NOT NULL UNIQUE,
	head TEXT NOT NULL DEFAULT '',
	ref  TEXT NOT NULL DEFAULT '',
	log  TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE seen (
	worktree  INTEGER NOT NULL REFERENCES worktree (id),
	path      TEXT NOT NULL,
	file      TEXT,
	head      TEXT,
	hand_from TEXT,
	hand_rev  TEXT,
	alone     INTEGER NOT NULL,
	size      INTEGER NOT NULL,
	mtime     INTEGER NOT NULL,
	ctime     INTEGER NOT NULL,
	ino       INTEGER NOT NULL,
	PRIMARY KEY (worktree, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_hand ON seen (hand_rev) WHERE hand_rev IS NOT NULL;

CREATE TABLE pending (
	worktree INTEGER NOT NULL REFERENCES worktree (id),
	path     TEXT NOT NULL,
	uid      TEXT NOT NULL,
	from_oid TEXT,
	to_oid   TEXT,
	PRIMARY KEY (worktree, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX pending_uid ON pending (uid);

CREATE TABLE mine (
	worktree INTEGER NOT NULL REFERENCES worktree (id),
	uid      TEXT NOT NULL,
	rev      TEXT NOT NULL,
	PRIMARY KEY (worktree, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX mine_uid ON mine (uid);

CREATE TABLE judged (
	id    TEXT NOT NULL PRIMARY KEY,
	patch TEXT,
	tip   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX judged_patch ON judged (patch) WHERE patch IS NOT NULL;
CREATE INDEX judged_tip ON judged (id) WHERE tip;

-- The revision that a commit's text of an artifact stands for.
CREATE TABLE commit_revision (
	uid TEXT NOT NULL,
	id  TEXT NOT NULL,
	rev TEXT NOT NULL,
	PRIMARY KEY (uid, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX commit_revision_rev ON commit_revision (rev);

CREATE TABLE left_alone (
	worktree INTEGER NOT NULL REFERENCES worktree (id),
	path     TEXT NOT NULL,
	tip      TEXT NOT NULL,
	whose    TEXT NOT NULL,
	PRIMARY KEY (worktree, path, tip)
) STRICT, WITHOUT ROWID;

CREATE TABLE conflict (
	uid     TEXT NOT NULL PRIMARY KEY,
	base    TEXT,
	theirs  TEXT,
	path    TEXT NOT NULL,
	source  TEXT NOT NULL,
	whose   TEXT NOT NULL,
	version INTEGER NOT NULL,
	since   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Revisions of the other side that are not in the graph yet.
CREATE TABLE conflict_revision (
	uid     TEXT NOT NULL REFERENCES conflict (uid) ON UPDATE CASCADE ON DELETE CASCADE,
	nth     INTEGER NOT NULL,
	id      TEXT NOT NULL,
	parent1 TEXT,
	parent2 TEXT,
	oid     TEXT,
	path    TEXT NOT NULL,
	author  TEXT NOT NULL,
	time    INTEGER NOT NULL,
	how     TEXT NOT NULL,
	message TEXT NOT NULL,
	PRIMARY KEY (uid, nth)
) STRICT;

CREATE TABLE base (
	uid      TEXT NOT NULL PRIMARY KEY,
	version  INTEGER NOT NULL,
	revision TEXT NOT NULL,
	oid      TEXT,
	rev      INTEGER NOT NULL,
	path     TEXT NOT NULL,
	state    TEXT NOT NULL,
	deleted  INTEGER NOT NULL,
	approval TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What the remote has acknowledged and is in force: the source of .agent/approvals/.
CREATE TABLE approval (
	uid       TEXT NOT NULL,
	state     TEXT NOT NULL,
	normative TEXT NOT NULL,
	at        TEXT NOT NULL,
	rev       INTEGER NOT NULL,
	chain     TEXT NOT NULL,
	approver  TEXT NOT NULL,
	PRIMARY KEY (uid, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
	seq        INTEGER PRIMARY KEY AUTOINCREMENT,
	op_id      TEXT NOT NULL UNIQUE,
	uid        TEXT NOT NULL,
	generation INTEGER NOT NULL,
	revision   TEXT NOT NULL,
	payload    TEXT NOT NULL
) STRICT;
CREATE INDEX outbox_uid ON outbox (uid);

CREATE TABLE refusal (
	uid          TEXT NOT NULL PRIMARY KEY,
	generation   INTEGER NOT NULL,
	base_version INTEGER NOT NULL,
	status       TEXT NOT NULL,
	detail       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE inbox (
	rev  INTEGER PRIMARY KEY,
	body TEXT NOT NULL
) STRICT;

-- What the program reads: an artifact with its two derived columns.
CREATE VIEW artifact_now AS
SELECT a.uid, a.kind, a.label, a.scope, a.num, a.path, a.title, a.state, a.head, a.oid, a.deleted,
       a.generation, a.author, a.time, a.normative, a.approval,
       CASE WHEN a.pushed IS NULL THEN NOT a.deleted ELSE a.pushed <> a.head END AS dirty,
       c.uid IS NOT NULL AS conflict
FROM artifact AS a
LEFT JOIN conflict AS c ON c.uid = a.uid;

-- What people read: SELECT id, title, state FROM artifacts WHERE type = 'story'
CREATE VIEW artifacts AS
SELECT a.label AS id, a.kind AS type, a.scope, a.title, a.state, a.path, a.author,
       strftime('%Y-%m-%dT%H:%M:%SZ', a.time, 'unixepoch') AS updated,
       a.dirty, a.conflict, a.uid,
       (SELECT CAST(t.bytes AS TEXT) FROM blob AS t WHERE t.oid = a.oid) AS body
FROM artifact_now AS a
WHERE NOT a.deleted;

PRAGMA application_id = 0x67616774; -- "gagt"
PRAGMA user_version = 4;
