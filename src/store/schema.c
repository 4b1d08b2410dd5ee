/*
 * The schema as numbered migrations, oldest first: constant texts, never
 * changed once released, only followed by the next. Each sets user_version to
 * its own number, so that it and its changes are one transaction.
 *
 * A column named box, found, status, vouched, facts or people is sealed under
 * the store key; a BLOB that is searched for is a keyed hash cut to 16 bytes.
 * What is left in the clear: numbers (also of cases), times, states, item ids,
 * names of spool files and of small values.
 */
#include <config.h>

#include "store/internal.h"

static const char *const main_versions[] = {
	"CREATE TABLE meta(name TEXT PRIMARY KEY NOT NULL, box BLOB NOT NULL)"
	" STRICT, WITHOUT ROWID;"

	"CREATE TABLE years(year INTEGER PRIMARY KEY, last INTEGER NOT NULL)"
	" STRICT;"
	"CREATE TABLE cases(row INTEGER PRIMARY KEY, year INTEGER NOT NULL,"
	" seq INTEGER NOT NULL, opened INTEGER NOT NULL,"
	" changed INTEGER NOT NULL, closed INTEGER NOT NULL,"
	" state INTEGER NOT NULL, ended INTEGER NOT NULL,"
	" desk INTEGER NOT NULL, priority INTEGER NOT NULL,"
	" pk BLOB NOT NULL CHECK(length(pk) = 32), box BLOB NOT NULL,"
	" UNIQUE(year, seq)) STRICT;"
	"CREATE INDEX cases_open ON cases(ended) WHERE ended = 0;"
	"CREATE TABLE case_notes(row INTEGER PRIMARY KEY,"
	" case_row INTEGER NOT NULL REFERENCES cases(row),"
	" time INTEGER NOT NULL, box BLOB NOT NULL) STRICT;"
	"CREATE INDEX case_notes_case ON case_notes(case_row);"

	/* Bodies stand apart: a list of mails must not walk over them. */
	"CREATE TABLE mail(row INTEGER PRIMARY KEY,"
	" received INTEGER NOT NULL, done INTEGER NOT NULL,"
	" tries INTEGER NOT NULL, case_row INTEGER REFERENCES cases(row),"
	" class INTEGER NOT NULL, by_case INTEGER NOT NULL,"
	" raw BLOB NOT NULL, content BLOB, spool TEXT, wrap BLOB NOT NULL,"
	" box BLOB NOT NULL, found BLOB NOT NULL) STRICT;"
	"CREATE INDEX mail_pending ON mail(done) WHERE done = 0;"
	"CREATE INDEX mail_unwrapped ON mail(by_case)"
	" WHERE done = 1 AND by_case = 0 AND case_row IS NOT NULL;"
	"CREATE INDEX mail_raw ON mail(raw);"
	"CREATE INDEX mail_content ON mail(content)"
	" WHERE content IS NOT NULL;"
	"CREATE INDEX mail_case ON mail(case_row)"
	" WHERE case_row IS NOT NULL;"
	"CREATE INDEX mail_spool ON mail(spool) WHERE spool IS NOT NULL;"
	"CREATE TABLE mail_body(mail INTEGER PRIMARY KEY"
	" REFERENCES mail(row), body BLOB NOT NULL) STRICT;"

	"CREATE TABLE orgs(row INTEGER PRIMARY KEY,"
	" id BLOB NOT NULL UNIQUE, changed INTEGER NOT NULL,"
	" box BLOB NOT NULL) STRICT;"
	"CREATE TABLE persons(row INTEGER PRIMARY KEY,"
	" id BLOB NOT NULL UNIQUE, org BLOB NOT NULL REFERENCES orgs(id),"
	" address BLOB NOT NULL, active INTEGER NOT NULL,"
	" changed INTEGER NOT NULL, box BLOB NOT NULL) STRICT;"
	"CREATE UNIQUE INDEX persons_address ON persons(address)"
	" WHERE active = 1;"	/* one person, one address */

	"CREATE TABLE keys(row INTEGER PRIMARY KEY, fpr BLOB NOT NULL,"
	" state INTEGER NOT NULL, person BLOB,"
	" case_row INTEGER REFERENCES cases(row), address BLOB,"
	" created INTEGER NOT NULL, box BLOB NOT NULL, facts BLOB NOT NULL,"
	" CHECK((person IS NULL) <> (case_row IS NULL))) STRICT;"
	"CREATE INDEX keys_fpr ON keys(fpr);"
	"CREATE INDEX keys_person ON keys(person);"
	"CREATE INDEX keys_case ON keys(case_row);"
	"CREATE INDEX keys_address ON keys(address, state)"
	" WHERE address IS NOT NULL;"

	"CREATE TABLE terms(row INTEGER PRIMARY KEY,"
	" case_row INTEGER NOT NULL REFERENCES cases(row),"
	" version INTEGER NOT NULL, locked INTEGER NOT NULL,"
	" locked_at INTEGER, assurance INTEGER NOT NULL,"
	" created INTEGER NOT NULL, box BLOB NOT NULL, vouched BLOB,"
	" UNIQUE(case_row, version)) STRICT;"
	"CREATE TABLE vouches(row INTEGER PRIMARY KEY,"
	" case_row INTEGER NOT NULL, version INTEGER NOT NULL,"
	" who BLOB NOT NULL, time INTEGER NOT NULL, box BLOB NOT NULL,"
	" FOREIGN KEY(case_row, version) REFERENCES terms(case_row, version))"
	" STRICT;"
	"CREATE INDEX vouches_terms ON vouches(case_row, version, who);"
	"CREATE TABLE exclusion_maps(row INTEGER PRIMARY KEY,"
	" case_row INTEGER NOT NULL, version INTEGER NOT NULL,"
	" place INTEGER NOT NULL, time INTEGER NOT NULL, box BLOB NOT NULL,"
	" FOREIGN KEY(case_row, version) REFERENCES terms(case_row, version))"
	" STRICT;"
	"CREATE INDEX exclusion_maps_terms"
	" ON exclusion_maps(case_row, version);"

	"CREATE TABLE items(row INTEGER PRIMARY KEY,"
	" id TEXT NOT NULL UNIQUE,"
	" case_row INTEGER NOT NULL REFERENCES cases(row),"
	" state INTEGER NOT NULL, created INTEGER NOT NULL,"
	" approved INTEGER NOT NULL, terms_version INTEGER NOT NULL,"
	" approvals_void INTEGER NOT NULL, wrap BLOB NOT NULL,"
	" text BLOB NOT NULL, box BLOB NOT NULL, people BLOB) STRICT;"
	"CREATE INDEX items_case ON items(case_row);"
	"CREATE TABLE approvals(row INTEGER PRIMARY KEY,"
	" item INTEGER NOT NULL REFERENCES items(row), who BLOB NOT NULL,"
	" time INTEGER NOT NULL, void INTEGER NOT NULL, box BLOB NOT NULL)"
	" STRICT;"
	"CREATE UNIQUE INDEX approvals_valid ON approvals(item, who)"
	" WHERE void = 0;"

	"CREATE TABLE digests(row INTEGER PRIMARY KEY,"
	" created INTEGER NOT NULL, box BLOB NOT NULL) STRICT;"
	"CREATE TABLE copies(row INTEGER PRIMARY KEY,"
	" created INTEGER NOT NULL, next_try INTEGER, sent INTEGER NOT NULL,"
	" state INTEGER NOT NULL, encrypted INTEGER NOT NULL,"
	" case_row INTEGER REFERENCES cases(row),"
	" digest INTEGER REFERENCES digests(row),"
	" question INTEGER NOT NULL, terms_version INTEGER NOT NULL,"
	" tries INTEGER NOT NULL, copy_hash BLOB NOT NULL,"
	" box BLOB NOT NULL, status BLOB NOT NULL) STRICT;"
	"CREATE INDEX copies_state ON copies(state);"
	"CREATE INDEX copies_due ON copies(state, next_try)"
	" WHERE next_try IS NOT NULL;"
	"CREATE INDEX copies_case ON copies(case_row)"
	" WHERE case_row IS NOT NULL;"
	"CREATE INDEX copies_digest ON copies(digest)"
	" WHERE digest IS NOT NULL;"
	"CREATE TABLE copy_message(copy INTEGER PRIMARY KEY"
	" REFERENCES copies(row), box BLOB NOT NULL) STRICT;"

	"CREATE TABLE tokens(row INTEGER PRIMARY KEY,"
	" hash BLOB NOT NULL UNIQUE,"
	" case_row INTEGER REFERENCES cases(row),"
	" copy_row INTEGER REFERENCES copies(row),"
	" question INTEGER NOT NULL, used INTEGER NOT NULL,"
	" created INTEGER NOT NULL, box BLOB NOT NULL) STRICT;"
	"CREATE INDEX tokens_case ON tokens(case_row, question)"
	" WHERE case_row IS NOT NULL;"

	"CREATE TABLE auto(row INTEGER PRIMARY KEY, time INTEGER NOT NULL,"
	" kind INTEGER NOT NULL, address BLOB, domain BLOB) STRICT;"
	"CREATE INDEX auto_time ON auto(time);"
	"CREATE INDEX auto_kind ON auto(kind, time);"
	"CREATE INDEX auto_address ON auto(kind, address, time);"
	"CREATE INDEX auto_domain ON auto(kind, domain, time);"

	"CREATE TABLE audit(seq INTEGER PRIMARY KEY, time INTEGER NOT NULL,"
	" object BLOB NOT NULL, hash BLOB NOT NULL, box BLOB NOT NULL)"
	" STRICT;"
	"CREATE INDEX audit_object ON audit(object);"

	"PRAGMA application_id = 0x53656b69;"
	"PRAGMA user_version = 1;",

	/* The roster's history. Copies made before have no person column; they
	 * are looked through one by one. */
	"CREATE TABLE history(row INTEGER PRIMARY KEY,"
	" org BLOB NOT NULL REFERENCES orgs(id), person BLOB,"
	" time INTEGER NOT NULL, box BLOB NOT NULL) STRICT;"
	"CREATE INDEX history_org ON history(org);"
	"CREATE INDEX history_person ON history(person)"
	" WHERE person IS NOT NULL;"
	"ALTER TABLE copies ADD COLUMN person BLOB;"
	"CREATE INDEX copies_person ON copies(person);"
	"PRAGMA user_version = 2;",

	/* The guard looks a mail up by its hash: only what is READY or
	 * HANDING (COPY_*), so that the ledger of years costs nothing. */
	"CREATE INDEX copies_on_the_way ON copies(copy_hash)"
	" WHERE state IN (1, 2);"
	"PRAGMA user_version = 3;",

	/* What stands beside a case: words that must not leave, texts that
	 * operators write, questions about the terms, campaigns. */
	"ALTER TABLE items ADD COLUMN flags INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE items ADD COLUMN consent INTEGER;"
	"CREATE TABLE item_texts(row INTEGER PRIMARY KEY,"
	" item INTEGER NOT NULL REFERENCES items(row), lang TEXT NOT NULL,"
	" wrap BLOB NOT NULL, text BLOB NOT NULL, box BLOB NOT NULL,"
	" UNIQUE(item, lang)) STRICT;"
	"CREATE TABLE raises(row INTEGER PRIMARY KEY,"
	" item INTEGER NOT NULL REFERENCES items(row),"
	" time INTEGER NOT NULL, was INTEGER NOT NULL, now INTEGER NOT NULL,"
	" box BLOB NOT NULL) STRICT;"
	"CREATE INDEX raises_item ON raises(item);"
	"CREATE TABLE case_texts(row INTEGER PRIMARY KEY,"
	" case_row INTEGER NOT NULL REFERENCES cases(row),"
	" kind INTEGER NOT NULL, created INTEGER NOT NULL,"
	" wrap BLOB NOT NULL, text BLOB NOT NULL, box BLOB NOT NULL) STRICT;"
	"CREATE INDEX case_texts_case ON case_texts(case_row, kind);"
	"CREATE TABLE requests(row INTEGER PRIMARY KEY,"
	" case_row INTEGER NOT NULL REFERENCES cases(row),"
	" kind INTEGER NOT NULL, state INTEGER NOT NULL,"
	" question INTEGER NOT NULL, created INTEGER NOT NULL,"
	" answered INTEGER NOT NULL, mail INTEGER REFERENCES mail(row),"
	" assurance INTEGER NOT NULL, scope INTEGER NOT NULL,"
	" text INTEGER REFERENCES case_texts(row), wording BLOB,"
	" box BLOB NOT NULL) STRICT;"
	"CREATE INDEX requests_case ON requests(case_row);"
	"CREATE TABLE deny_words(row INTEGER PRIMARY KEY,"
	" case_row INTEGER NOT NULL REFERENCES cases(row),"
	" word BLOB NOT NULL, time INTEGER NOT NULL, gone INTEGER,"
	" box BLOB NOT NULL) STRICT;"
	"CREATE UNIQUE INDEX deny_words_case ON deny_words(case_row, word)"
	" WHERE gone IS NULL;"
	"CREATE TABLE merges(row INTEGER PRIMARY KEY,"
	" case_row INTEGER NOT NULL REFERENCES cases(row),"
	" into_row INTEGER REFERENCES cases(row), time INTEGER NOT NULL,"
	" box BLOB NOT NULL) STRICT;"
	"CREATE INDEX merges_case ON merges(case_row);"
	"CREATE TABLE notices(copy INTEGER PRIMARY KEY"
	" REFERENCES copies(row), box BLOB NOT NULL) STRICT;"
	/* Who speaks for whom. */
	"CREATE TABLE parties(case_row INTEGER PRIMARY KEY"
	" REFERENCES cases(row), time INTEGER NOT NULL, box BLOB NOT NULL)"
	" STRICT;"
	"PRAGMA user_version = 4;",

	/* Members' answers, append-only; and who sent an encrypted file, so
	 * that the mail with its password finds the case. */
	"CREATE TABLE answers(row INTEGER PRIMARY KEY,"
	" item INTEGER NOT NULL REFERENCES items(row), person BLOB NOT NULL,"
	" time INTEGER NOT NULL, mail INTEGER REFERENCES mail(row),"
	" box BLOB NOT NULL) STRICT;"
	"CREATE INDEX answers_item ON answers(item, person);"
	"CREATE TABLE archives(row INTEGER PRIMARY KEY,"
	" address BLOB NOT NULL, time INTEGER NOT NULL,"
	" case_row INTEGER NOT NULL REFERENCES cases(row)) STRICT;"
	"CREATE INDEX archives_address ON archives(address, time);"
	"CREATE INDEX archives_time ON archives(time);"
	"PRAGMA user_version = 5;",

	/* Which key a signature claims, by its key id; and which ciphertexts
	 * came already, from whom (EFAIL's wrap and reply). */
	"CREATE TABLE key_ids(id BLOB NOT NULL, fpr BLOB NOT NULL,"
	" PRIMARY KEY(id, fpr)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE ciphers(cipher BLOB PRIMARY KEY NOT NULL,"
	" sender BLOB NOT NULL, mail INTEGER NOT NULL)"
	" STRICT, WITHOUT ROWID;"
	"PRAGMA user_version = 6;",

	/* Copies of a digest leave at times that were drawn with it. */
	"ALTER TABLE copies ADD COLUMN send_after INTEGER NOT NULL DEFAULT 0;"
	"PRAGMA user_version = 7;",

	/* When a key ends, what was said of it, when to look again (NULL:
	 * never; keys of before: at once); and whose copies wait for a key. */
	"ALTER TABLE keys ADD COLUMN ends INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE keys ADD COLUMN told INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE keys ADD COLUMN look INTEGER DEFAULT 0;"
	"CREATE INDEX keys_look ON keys(state, look) WHERE look IS NOT NULL;"
	"CREATE TABLE holds(person BLOB PRIMARY KEY NOT NULL,"
	" since INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"PRAGMA user_version = 8;",

	/* What came back, once a hand-over, and whom nothing is sent until
	 * somebody has looked (L24). */
	"CREATE TABLE returns(row INTEGER PRIMARY KEY,"
	" copy INTEGER NOT NULL REFERENCES copies(row),"
	" sent INTEGER NOT NULL, person BLOB, time INTEGER NOT NULL,"
	" fate INTEGER NOT NULL, box BLOB NOT NULL,"
	" UNIQUE(copy, sent, fate)) STRICT;"
	"CREATE INDEX returns_person ON returns(person, time)"
	" WHERE person IS NOT NULL;"
	"CREATE TABLE stops(row INTEGER PRIMARY KEY, person BLOB NOT NULL,"
	" since INTEGER NOT NULL, ended INTEGER, box BLOB NOT NULL) STRICT;"
	"CREATE INDEX stops_person ON stops(person);"
	"CREATE UNIQUE INDEX stops_now ON stops(person)"
	" WHERE ended IS NULL;"
	"PRAGMA user_version = 9;",

	/* What a copy was made from: items that changed since make it anew. */
	"ALTER TABLE copies ADD COLUMN edition INTEGER NOT NULL DEFAULT 0;"
	"PRAGMA user_version = 10;",

	/* What a request under Article 17(3) says beyond its items, and what
	 * went beyond the members. */
	"CREATE TABLE cooperations(digest INTEGER PRIMARY KEY"
	" REFERENCES digests(row), box BLOB NOT NULL) STRICT;"
	"CREATE TABLE releases(row INTEGER PRIMARY KEY,"
	" item INTEGER NOT NULL REFERENCES items(row),"
	" time INTEGER NOT NULL, scope INTEGER NOT NULL,"
	" box BLOB NOT NULL) STRICT;"
	"CREATE INDEX releases_item ON releases(item);"
	"PRAGMA user_version = 11;",

	/* Keys that came with a mail, from its own transaction on until they
	 * were looked at; due NULL: one that could not be taken. */
	"CREATE TABLE key_heard(row INTEGER PRIMARY KEY,"
	" mail INTEGER NOT NULL REFERENCES mail(row),"
	" time INTEGER NOT NULL, case_row INTEGER REFERENCES cases(row),"
	" address BLOB NOT NULL, late INTEGER NOT NULL,"
	" tries INTEGER NOT NULL, due INTEGER, box BLOB NOT NULL) STRICT;"
	"CREATE INDEX key_heard_due ON key_heard(late, row)"
	" WHERE due IS NOT NULL;"
	"CREATE INDEX key_heard_next ON key_heard(due)"
	" WHERE due IS NOT NULL;"
	"CREATE INDEX key_heard_time ON key_heard(time) WHERE due IS NULL;"
	"CREATE INDEX key_heard_address ON key_heard(address)"
	" WHERE due IS NULL;"
	"CREATE INDEX key_heard_case ON key_heard(case_row)"
	" WHERE due IS NULL;"
	"CREATE INDEX key_heard_mail ON key_heard(mail);"
	"PRAGMA user_version = 12;",

	/* A certificate that only signs (KEY_SIGNS) stands beside the key that
	 * copies are sealed to; those of before were refused. */
	"ALTER TABLE keys ADD COLUMN only_signs INTEGER NOT NULL DEFAULT 0;"
	"PRAGMA user_version = 13;",

	/* A stop is a key's, by its fingerprint or its key pair, whatever
	 * becomes of the rows that have it. */
	"CREATE TABLE key_stops(name BLOB PRIMARY KEY NOT NULL,"
	" since INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"INSERT OR IGNORE INTO key_stops SELECT fpr, 0 FROM keys"
	" WHERE state = 4;"
	"ALTER TABLE keys ADD COLUMN pair BLOB;"
	"CREATE INDEX keys_pair ON keys(pair) WHERE pair IS NOT NULL;"
	"PRAGMA user_version = 14;",

	/* By which door a mail came in, and whether an operator gave it back to
	 * be read again. Of those of before nobody knows the door (0). */
	"ALTER TABLE mail ADD COLUMN door INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE mail ADD COLUMN again INTEGER NOT NULL DEFAULT 0;"
	"PRAGMA user_version = 15;",
};

static const char *const wraps_versions[] = {
	"CREATE TABLE wraps(case_row INTEGER PRIMARY KEY,"
	" pk BLOB NOT NULL, wrap BLOB NOT NULL) STRICT;"
	"PRAGMA application_id = 0x53656b77;"
	"PRAGMA user_version = 1;",

	/* The damage half has a key of its own. */
	"CREATE TABLE damage_wraps(case_row INTEGER PRIMARY KEY,"
	" pk BLOB NOT NULL, wrap BLOB NOT NULL) STRICT;"
	"PRAGMA user_version = 2;",
};

const struct schema schema_main = {
	0x53656b69, main_versions,
	sizeof(main_versions) / sizeof(*main_versions),
};

const struct schema schema_wraps = {
	0x53656b77, wraps_versions,
	sizeof(wraps_versions) / sizeof(*wraps_versions),
};
