-- The shared database behind a file: remote. user_version is the protocol that wrote it.
CREATE TABLE project (
	one       INTEGER PRIMARY KEY CHECK (one = 1),
	slug      TEXT NOT NULL,
	epoch     TEXT NOT NULL,             -- a new one says: forget every cursor
	head      INTEGER NOT NULL,          -- the newest rev; + 1 per op, under the write lock
	head_hash TEXT NOT NULL,             -- end of the hash chain
	digest    TEXT NOT NULL,             -- XOR over the live artifacts (share_project.h)
	min_rev   INTEGER NOT NULL           -- tombstones older than this may be gone
) STRICT;

-- The newest state of each artifact, tombstones included.
CREATE TABLE artifact (
	uid        TEXT PRIMARY KEY,
	kind       TEXT NOT NULL,
	label      TEXT NOT NULL,            -- '' where the file name has none
	scope      TEXT NOT NULL,
	num        INTEGER NOT NULL,         -- -1: none, or provisional
	path       TEXT NOT NULL,
	title      TEXT NOT NULL,
	state      TEXT NOT NULL,
	version    INTEGER NOT NULL,
	rev        INTEGER NOT NULL UNIQUE REFERENCES revision (rev),
	revision   TEXT NOT NULL,
	oid        TEXT NOT NULL,            -- '' : deleted
	deleted    INTEGER NOT NULL,
	duplicate  INTEGER NOT NULL,         -- imported with a label that was taken
	author     TEXT NOT NULL,
	normative  TEXT NOT NULL,            -- of the text at oid; '' : deleted
	forged     INTEGER NOT NULL,         -- the text claims a gate that no approval covers
	approval_state     TEXT,             -- NULL: no approval at all
	approval_normative TEXT,
	approver           TEXT,
	approved_at        INTEGER,
	approved_rev       INTEGER,
	approval_imported  INTEGER
) STRICT;
CREATE UNIQUE INDEX artifact_label ON artifact (kind, label)
	WHERE deleted = 0 AND duplicate = 0 AND label <> '';
CREATE INDEX artifact_label_any ON artifact (kind, label);
CREATE INDEX artifact_path ON artifact (path) WHERE deleted = 0;
CREATE INDEX artifact_scope ON artifact (scope, num);

CREATE TABLE text (
	oid   TEXT PRIMARY KEY,
	bytes BLOB NOT NULL
) STRICT;

-- The shared graph; seq keeps parents before their children.
CREATE TABLE lineage (
	seq       INTEGER PRIMARY KEY,
	uid       TEXT NOT NULL,
	id        TEXT NOT NULL,
	parent1   TEXT NOT NULL,
	parent2   TEXT NOT NULL,
	oid       TEXT NOT NULL,
	path      TEXT NOT NULL,
	author    TEXT NOT NULL,
	time      INTEGER NOT NULL,
	how       TEXT NOT NULL,
	message   TEXT NOT NULL,
	added_rev INTEGER NOT NULL,
	UNIQUE (uid, id)
) STRICT;
CREATE INDEX lineage_added ON lineage (uid, added_rev);

-- The log: one row for every rev, never changed.
CREATE TABLE revision (
	rev          INTEGER PRIMARY KEY,
	uid          TEXT NOT NULL,
	version      INTEGER NOT NULL,
	base_version INTEGER NOT NULL,
	op           TEXT NOT NULL,
	state_from   TEXT,
	state_to     TEXT NOT NULL,
	revision     TEXT NOT NULL,
	oid          TEXT NOT NULL,
	actor        TEXT NOT NULL,
	device       TEXT,
	reason       TEXT,
	at           INTEGER NOT NULL,
	op_id        TEXT NOT NULL UNIQUE,
	payload      TEXT NOT NULL,          -- SHA-256 of the op: the same op again is a repeat
	prev_hash    TEXT NOT NULL,
	hash         TEXT NOT NULL,
	UNIQUE (uid, version)
) STRICT;
CREATE TRIGGER revision_no_update BEFORE UPDATE ON revision
	BEGIN SELECT raise(ABORT, 'history is append-only'); END;
CREATE TRIGGER revision_no_delete BEFORE DELETE ON revision
	BEGIN SELECT raise(ABORT, 'history is append-only'); END;

-- The highest number handed out for a scope.
CREATE TABLE lease (
	scope TEXT PRIMARY KEY,
	high  INTEGER NOT NULL
) STRICT;

CREATE TABLE claim (
	uid    TEXT NOT NULL,
	device TEXT NOT NULL,
	who    TEXT NOT NULL,
	until  INTEGER NOT NULL,
	PRIMARY KEY (uid, device)
) STRICT;

CREATE TABLE device (
	id  TEXT PRIMARY KEY,
	rev INTEGER NOT NULL,
	who TEXT NOT NULL,
	at  INTEGER NOT NULL
) STRICT;
