/*
 * The texts of sql.h. A statement stands here or it does not exist: no part of
 * one is ever put together at run time. Every search uses an index (a test
 * asks SQLite for its plan), so that a million cases cost what a thousand do.
 */
#include <config.h>

#include "store/sql.h"

#define MAIL_COLUMNS "row, received, done, tries, case_row, class, by_case, " \
	"spool, wrap, box, found, door, again"
#define CASE_COLUMNS "row, year, seq, opened, changed, closed, state, desk, " \
	"priority, pk, box"
#define PERSON_COLUMNS "active, box"
#define KEY_STOPPED_NOW \
	"EXISTS (SELECT 1 FROM key_stops WHERE name IN (keys.fpr, keys.pair))"
#define KEY_COLUMNS "state, case_row, created, box, facts, " KEY_STOPPED_NOW
/* KEY_PINNED, KEY_STOPPED: the owner's key of its role, usable or not. */
#define KEY_IN_FORCE "state IN (1, 4)"
#define KEY_HEARD_COLUMNS "row, mail, time, case_row, late, tries, box"
#define TERMS_COLUMNS "version, locked, assurance, box, vouched"
#define ITEM_COLUMNS "row, id, case_row, state, created, approved, " \
	"terms_version, approvals_void, people IS NOT NULL, flags, " \
	"consent, wrap, text, box"
#define CASE_TEXT_COLUMNS "row, case_row, kind, created, wrap, text, box"
#define REQUEST_COLUMNS "row, case_row, kind, state, question, created, " \
	"answered, mail, assurance, scope, text, box"
#define COPY_COLUMNS "row, created, next_try, sent, state, encrypted, " \
	"case_row, digest, question, terms_version, tries, copy_hash, box, " \
	"status, send_after, edition"
#define AUDIT_COLUMNS "seq, time, hash, box"

#define RULES true	/* store_rules_generation() */

const struct sql sql_table[SQL_LAST] = {
	[SQL_BEGIN] = { "begin", "BEGIN IMMEDIATE" },
	[SQL_COMMIT] = { "commit", "COMMIT" },
	[SQL_ROLLBACK] = { "rollback", "ROLLBACK" },
	[SQL_GROUP] = { "group", "SAVEPOINT one" },
	[SQL_GROUP_KEEP] = { "group.keep", "RELEASE one" },
	[SQL_GROUP_UNDO] = { "group.undo", "ROLLBACK TO one" },

	[SQL_META_GET] = { "meta.get", "SELECT box FROM meta WHERE name = ?" },
	[SQL_META_SET] = { "meta.set",
	    "INSERT INTO meta(name, box) VALUES(?, ?) "
	    "ON CONFLICT(name) DO UPDATE SET box = excluded.box" },

	[SQL_MAIL_ADD] = { "mail.add",
	    "INSERT INTO mail(received, done, tries, case_row, class, by_case, "
	    "raw, content, spool, wrap, box, found, door) "
	    "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)" },
	[SQL_MAIL_BODY_ADD] = { "mail.body_add",
	    "INSERT INTO mail_body(mail, body) VALUES(?, ?)" },
	[SQL_MAIL_GET] = { "mail.get",
	    "SELECT " MAIL_COLUMNS " FROM mail WHERE row = ?" },
	[SQL_MAIL_BODY_GET] = { "mail.body_get",
	    "SELECT body FROM mail_body WHERE mail = ?" },
	[SQL_MAIL_TRY] = { "mail.try",
	    "UPDATE mail SET tries = tries + 1 WHERE row = ?" },
	[SQL_MAIL_UNTRIED] = { "mail.untried",
	    "UPDATE mail SET tries = tries - 1 WHERE done = 0 AND tries > 0" },
	[SQL_MAIL_AGAIN] = { "mail.again",
	    "UPDATE mail SET done = 0, tries = 0, again = ?2 "
	    "WHERE row = ?1 AND done = 1" },
	[SQL_MAIL_FILED] = { "mail.filed",
	    "UPDATE mail SET done = 1, again = 0, case_row = ?2, class = ?3, "
	    "content = ?4, found = ?5, by_case = coalesce(?6, by_case), "
	    "wrap = coalesce(?7, wrap) WHERE row = ?1" },
	[SQL_MAIL_PENDING] = { "mail.pending",
	    "SELECT row FROM mail WHERE done = 0 AND row > ? "
	    "ORDER BY row LIMIT ?" },
	[SQL_MAIL_UNWRAPPED] = { "mail.unwrapped",
	    "SELECT row FROM mail WHERE done = 1 AND by_case = 0 AND "
	    "case_row IS NOT NULL AND row > ? ORDER BY row LIMIT ?" },
	[SQL_MAIL_LIST] = { "mail.list",
	    "SELECT " MAIL_COLUMNS " FROM mail ORDER BY row DESC LIMIT ?" },
	[SQL_MAIL_LIST_CASE] = { "mail.list_case",
	    "SELECT " MAIL_COLUMNS " FROM mail WHERE case_row = ? "
	    "ORDER BY row DESC LIMIT ?" },
	[SQL_MAIL_REPEAT_RAW] = { "mail.repeat_raw",
	    "SELECT row, case_row FROM mail WHERE raw = ? AND done = 1 "
	    "AND row <> ? ORDER BY row DESC LIMIT 1" },
	[SQL_MAIL_REPEAT_CONTENT] = { "mail.repeat_content",
	    "SELECT row, case_row FROM mail WHERE content = ? AND done = 1 "
	    "AND row <> ? AND received >= ? ORDER BY row DESC LIMIT 1" },
	[SQL_MAIL_SPOOLS] = { "mail.spools",
	    "SELECT spool FROM mail WHERE spool IS NOT NULL" },

	[SQL_CASE_NUMBER] = { "case.number",
	    "INSERT INTO years(year, last) VALUES(?, 1) ON CONFLICT(year) "
	    "DO UPDATE SET last = last + 1 RETURNING last" },
	[SQL_CASE_OPEN] = { "case.open",
	    "INSERT INTO cases(year, seq, opened, changed, closed, state, "
	    "ended, desk, priority, pk, box) "
	    "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)" },
	[SQL_CASE_GET] = { "case.get",
	    "SELECT " CASE_COLUMNS " FROM cases WHERE row = ?" },
	[SQL_CASE_FIND] = { "case.find",
	    "SELECT " CASE_COLUMNS " FROM cases WHERE year = ? AND seq = ?" },
	[SQL_CASE_UPDATE] = { "case.update",
	    "UPDATE cases SET changed = ?2, closed = ?3, state = ?4, "
	    "ended = ?5, desk = ?6, priority = ?7, box = ?8 WHERE row = ?1" },
	[SQL_CASE_LIST] = { "case.list",
	    "SELECT " CASE_COLUMNS " FROM cases ORDER BY row DESC LIMIT ?" },
	[SQL_CASE_LIST_OPEN] = { "case.list_open",
	    "SELECT " CASE_COLUMNS " FROM cases WHERE ended = 0 "
	    "ORDER BY row DESC LIMIT ?" },
	[SQL_CASE_NOTE] = { "case.note",
	    "INSERT INTO case_notes(case_row, time, box) VALUES(?, ?, ?)" },
	[SQL_CASE_NOTES] = { "case.notes",
	    "SELECT time, box FROM case_notes WHERE case_row = ? "
	    "ORDER BY row" },
	/* An orphan of a turn that died between the two commits may stand
	 * in the way: nobody can need it. */
	[SQL_WRAP_PUT] = { "wrap.put",
	    "INSERT OR REPLACE INTO wraps(case_row, pk, wrap) "
	    "VALUES(?, ?, ?)" },
	[SQL_WRAP_GET] = { "wrap.get",
	    "SELECT wrap FROM wraps WHERE case_row = ? AND pk = ?" },

	[SQL_TOKEN_ADD] = { "token.add",
	    "INSERT INTO tokens(hash, case_row, copy_row, question, used, "
	    "created, box) VALUES(?, ?, ?, ?, ?, ?, ?)" },
	[SQL_TOKEN_FIND] = { "token.find",
	    "SELECT case_row, copy_row, question, used, created, box "
	    "FROM tokens WHERE hash = ?" },
	[SQL_TOKEN_USE] = { "token.use",
	    "UPDATE tokens SET used = used | 1 WHERE case_row = ? "
	    "AND question = ?" },
	[SQL_TOKEN_CODE_SEEN] = { "token.code-seen",
	    "UPDATE tokens SET used = used | 2 WHERE hash = ?" },

	[SQL_ORG_PUT] = { "org.put",
	    "INSERT INTO orgs(id, changed, box) VALUES(?, ?, ?) "
	    "ON CONFLICT(id) DO UPDATE SET changed = excluded.changed, "
	    "box = excluded.box", RULES },
	[SQL_ORG_GET] = { "org.get", "SELECT box FROM orgs WHERE id = ?" },
	[SQL_ORG_LIST] = { "org.list", "SELECT box FROM orgs" },
	[SQL_PERSON_PUT] = { "person.put",
	    "INSERT INTO persons(id, org, address, active, changed, box) "
	    "VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET "
	    "org = excluded.org, address = excluded.address, "
	    "active = excluded.active, changed = excluded.changed, "
	    "box = excluded.box", RULES },
	[SQL_PERSON_GET] = { "person.get",
	    "SELECT " PERSON_COLUMNS " FROM persons WHERE id = ?" },
	[SQL_PERSON_BY_ADDRESS] = { "person.by_address",
	    "SELECT " PERSON_COLUMNS " FROM persons WHERE address = ? "
	    "AND active = 1" },
	[SQL_PERSON_LIST] = { "person.list",
	    "SELECT " PERSON_COLUMNS " FROM persons" },
	[SQL_PERSON_LIST_ACTIVE] = { "person.list_active",
	    "SELECT " PERSON_COLUMNS " FROM persons WHERE active = 1" },

	[SQL_HISTORY_ADD] = { "history.add",
	    "INSERT INTO history(org, person, time, box) VALUES(?, ?, ?, ?)" },
	[SQL_HISTORY_ORG] = { "history.org",
	    "SELECT time, box FROM history WHERE org = ? ORDER BY row" },
	[SQL_HISTORY_PERSON] = { "history.person",
	    "SELECT time, box FROM history WHERE person = ? ORDER BY row" },

	[SQL_KEY_ADD] = { "key.add",
	    "INSERT INTO keys(fpr, state, person, case_row, address, created, "
	    "box, facts, only_signs, pair) "
	    "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    RULES },
	/* Another end may stand in it: it is looked at again. */
	[SQL_KEY_CHANGE] = { "key.change",
	    "UPDATE keys SET state = ?4, box = ?5, facts = ?6, pair = ?7, "
	    "look = 0 "
	    "WHERE fpr = ?1 AND person IS ?2 AND case_row IS ?3", RULES },
	[SQL_KEY_DUE] = { "key.due",
	    "SELECT row, told, ends, " KEY_COLUMNS " FROM keys WHERE state = ? "
	    "AND look <= ? ORDER BY look LIMIT ?" },
	[SQL_KEY_NEXT] = { "key.next",
	    "SELECT look FROM keys WHERE state = ? AND look > ? "
	    "ORDER BY look LIMIT 1" },
	[SQL_KEY_TOLD] = { "key.told",
	    "UPDATE keys SET told = ?2, ends = ?3, look = ?4 WHERE row = ?1" },
	[SQL_KEY_OF_FPR] = { "key.of_fpr",
	    "SELECT " KEY_COLUMNS " FROM keys WHERE fpr = ? ORDER BY row" },
	[SQL_KEY_OF_PAIR] = { "key.of_pair",
	    "SELECT " KEY_COLUMNS " FROM keys WHERE fpr = ?1 OR pair = ?2" },
	[SQL_KEY_STOP] = { "key.stop",
	    "INSERT OR IGNORE INTO key_stops(name, since) VALUES(?, ?)",
	    RULES },
	[SQL_KEY_LIFT] = { "key.lift",
	    "DELETE FROM key_stops WHERE name IN (?1, ?2) OR name IN "
	    "(SELECT fpr FROM keys WHERE pair = ?2)", RULES },
	[SQL_KEY_IS_STOPPED] = { "key.is_stopped",
	    "SELECT 1 FROM key_stops WHERE name = ?1 OR name = ?2" },
	[SQL_KEY_LIST_STOPPED] = { "key.list_stopped",
	    "SELECT " KEY_COLUMNS " FROM keys WHERE fpr IN "
	    "(SELECT name FROM key_stops) OR pair IN "
	    "(SELECT name FROM key_stops)" },
	[SQL_KEY_HEARD_ADD] = { "key_heard.add",
	    "INSERT INTO key_heard(mail, time, case_row, address, late, "
	    "tries, due, box) VALUES(?, ?, ?, ?, ?, 0, 0, ?)" },
	[SQL_KEY_HEARD_DUE] = { "key_heard.due",
	    "SELECT " KEY_HEARD_COLUMNS " FROM key_heard WHERE due IS NOT NULL "
	    "AND late >= 0 AND +due <= ? ORDER BY late, row LIMIT ?" },
	[SQL_KEY_HEARD_NEXT] = { "key_heard.next",
	    "SELECT due FROM key_heard WHERE due > ? ORDER BY due LIMIT 1" },
	[SQL_KEY_HEARD_TRIED] = { "key_heard.tried",
	    "UPDATE key_heard SET tries = tries + 1, due = ?2 WHERE row = ?1" },
	[SQL_KEY_HEARD_DROP] = { "key_heard.drop",
	    "DELETE FROM key_heard WHERE row = ?" },
	[SQL_KEY_HEARD_FORGET] = { "key_heard.forget",
	    "DELETE FROM key_heard WHERE due IS NULL AND time < ?" },
	[SQL_KEY_HEARD_REFUSE] = { "key_heard.refuse",
	    "UPDATE key_heard SET due = NULL, box = ?2 WHERE row = ?1" },
	[SQL_KEY_HEARD_REFUSED] = { "key_heard.refused",
	    "SELECT " KEY_HEARD_COLUMNS " FROM key_heard WHERE due IS NULL "
	    "AND time >= ? ORDER BY time" },
	[SQL_KEY_HEARD_OF_MAIL] = { "key_heard.of_mail",
	    "SELECT " KEY_HEARD_COLUMNS " FROM key_heard WHERE mail = ? "
	    "AND due IS NULL ORDER BY row" },
	[SQL_KEY_HEARD_SETTLED] = { "key_heard.settled",
	    "DELETE FROM key_heard WHERE row IN (SELECT row FROM key_heard "
	    "WHERE due IS NULL AND address = ?1 UNION ALL SELECT row "
	    "FROM key_heard WHERE due IS NULL AND case_row = ?2)" },
	[SQL_KEY_UNTOLD] = { "key.untold",
	    "UPDATE keys SET told = 0, look = 0 "
	    "WHERE person = ?1 AND state = ?2" },
	[SQL_KEY_LOOK_ALL] = { "key.look_all",
	    "UPDATE keys SET look = 0 WHERE state = ?" },
	[SQL_HOLD_ADD] = { "hold.add",
	    "INSERT OR IGNORE INTO holds(person, since) VALUES(?, ?)" },
	[SQL_HOLD_GET] = { "hold.get",
	    "SELECT since FROM holds WHERE person = ?" },
	[SQL_HOLD_DROP] = { "hold.drop",
	    "DELETE FROM holds WHERE person = ?" },
	[SQL_KEY_STATE_OF] = { "key.state_of",
	    "SELECT state FROM keys WHERE fpr = ?1 AND person IS ?2 "
	    "AND case_row IS ?3" },
	[SQL_KEY_ELSEWHERE] = { "key.elsewhere",
	    "SELECT 1 FROM keys WHERE fpr = ? AND " KEY_IN_FORCE
	    " AND person IS NOT NULL AND person <> ? LIMIT 1" },
	[SQL_KEY_RETIRE_PERSON] = { "key.retire_person",
	    "UPDATE keys SET state = ?3 WHERE person = ?1 AND "
	    KEY_IN_FORCE " AND only_signs = ?4 AND fpr <> ?2", RULES },
	[SQL_KEY_RETIRE_CASE] = { "key.retire_case",
	    "UPDATE keys SET state = ?3 WHERE case_row = ?1 AND "
	    KEY_IN_FORCE " AND only_signs = ?4 AND fpr <> ?2", RULES },
	[SQL_KEY_ADDRESS] = { "key.address",
	    "UPDATE keys SET address = ?2 WHERE case_row = ?1 "
	    "AND address IS NOT ?2" },
	[SQL_KEY_PINNED_PERSON] = { "key.pinned_person",
	    "SELECT " KEY_COLUMNS " FROM keys WHERE person = ? AND "
	    KEY_IN_FORCE " AND only_signs = ?" },
	[SQL_KEY_PINNED_CASE] = { "key.pinned_case",
	    "SELECT " KEY_COLUMNS " FROM keys WHERE case_row = ? AND "
	    KEY_IN_FORCE " AND only_signs = ?" },
	[SQL_KEY_OF_PERSON] = { "key.of_person",
	    "SELECT " KEY_COLUMNS " FROM keys WHERE person = ? "
	    "AND state = ? ORDER BY row DESC" },
	[SQL_KEY_LIST_PERSON] = { "key.list_person",
	    "SELECT " KEY_COLUMNS " FROM keys WHERE person = ? ORDER BY row" },
	[SQL_KEY_LIST_CASE] = { "key.list_case",
	    "SELECT " KEY_COLUMNS " FROM keys WHERE case_row = ? "
	    "ORDER BY row" },
	/* Only what was told of a pinned key may leave nothing to look at. */
	[SQL_KEY_LIST_STATE] = { "key.list_state",
	    "SELECT " KEY_COLUMNS " FROM keys WHERE state = ? "
	    "AND look IS NOT NULL ORDER BY look" },
	[SQL_KEY_OF_ADDRESS] = { "key.of_address",
	    "SELECT " KEY_COLUMNS " FROM keys WHERE address = ? "
	    "AND state = ? ORDER BY row DESC" },
	[SQL_KEY_ID_ADD] = { "key.id_add",
	    "INSERT OR IGNORE INTO key_ids(id, fpr) VALUES(?, ?)", RULES },
	[SQL_KEY_OF_ID] = { "key.of_id",
	    "SELECT " KEY_COLUMNS " FROM keys WHERE state = ?1 AND "
	    "fpr IN (SELECT fpr FROM key_ids WHERE id = ?2)" },
	[SQL_CIPHER_FIND] = { "cipher.find",
	    "SELECT sender = ?2, mail FROM ciphers WHERE cipher = ?1" },
	[SQL_CIPHER_ADD] = { "cipher.add",
	    "INSERT INTO ciphers(cipher, sender, mail) VALUES(?, ?, ?)" },
	[SQL_KEY_FPR] = { "key.fpr",
	    "SELECT box FROM keys WHERE person = ? AND " KEY_IN_FORCE
	    " AND only_signs = 0" },

	[SQL_TERMS_LAST] = { "terms.last",
	    "SELECT max(version), max(version * locked) FROM terms "
	    "WHERE case_row = ?" },
	[SQL_TERMS_ADD] = { "terms.add",
	    "INSERT INTO terms(case_row, version, locked, assurance, created, "
	    "box) VALUES(?, ?, 0, ?, ?, ?)", RULES },
	[SQL_TERMS_GET] = { "terms.get",
	    "SELECT " TERMS_COLUMNS " FROM terms WHERE case_row = ? "
	    "AND version = ?" },
	[SQL_TERMS_LOCKED] = { "terms.locked",
	    "SELECT " TERMS_COLUMNS " FROM terms WHERE case_row = ? "
	    "AND locked = 1 ORDER BY version DESC LIMIT 1" },
	[SQL_TERMS_NEWEST] = { "terms.newest",
	    "SELECT " TERMS_COLUMNS " FROM terms WHERE case_row = ? "
	    "ORDER BY version DESC LIMIT 1" },
	[SQL_TERMS_LOCK] = { "terms.lock",
	    "UPDATE terms SET locked = 1, assurance = ?3, locked_at = ?4, "
	    "vouched = ?5 WHERE case_row = ?1 AND version = ?2 "
	    "AND locked = 0", RULES },
	[SQL_TERMS_VOUCH] = { "terms.vouch",
	    "INSERT INTO vouches(case_row, version, who, time, box) "
	    "VALUES(?, ?, ?, ?, ?)", RULES },
	[SQL_TERMS_VOUCHES] = { "terms.vouches",
	    "SELECT count(DISTINCT who) FROM vouches WHERE case_row = ? "
	    "AND version = ?" },
	[SQL_EXCLUSION_MAP] = { "exclusion.map",
	    "INSERT INTO exclusion_maps(case_row, version, place, time, box) "
	    "VALUES(?, ?, ?, ?, ?)", RULES },
	[SQL_EXCLUSION_MAPS] = { "exclusion.maps",
	    "SELECT place, time, box FROM exclusion_maps WHERE case_row = ? "
	    "AND version = ? ORDER BY row" },

	[SQL_ITEM_ADD] = { "item.add",
	    "INSERT INTO items(id, case_row, state, created, approved, "
	    "terms_version, approvals_void, flags, consent, wrap, text, box) "
	    "VALUES(?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)", RULES },
	[SQL_ITEM_GET] = { "item.get",
	    "SELECT " ITEM_COLUMNS " FROM items WHERE id = ?" },
	[SQL_ITEM_LIST] = { "item.list",
	    "SELECT " ITEM_COLUMNS " FROM items ORDER BY row" },
	[SQL_ITEM_LIST_CASE] = { "item.list_case",
	    "SELECT " ITEM_COLUMNS " FROM items WHERE case_row = ? "
	    "ORDER BY row" },
	[SQL_ITEM_ROW] = { "item.row",
	    "SELECT row, state FROM items WHERE id = ?" },
	[SQL_ITEM_CHANGE] = { "item.change",
	    "UPDATE items SET flags = ?2, consent = ?3, wrap = ?4, "
	    "text = ?5, box = ?6 WHERE id = ?1", RULES },
	[SQL_ITEM_FLAGS] = { "item.flags",
	    "UPDATE items SET flags = ?2 WHERE id = ?1", RULES },
	[SQL_ITEM_STATE] = { "item.state",
	    "UPDATE items SET state = ?2, terms_version = ?3, "
	    "approved = coalesce(?4, approved) WHERE row = ?1", RULES },
	[SQL_ITEM_VOID] = { "item.void",
	    "UPDATE items SET approvals_void = ?2, "
	    "people = CASE WHEN ?2 THEN NULL ELSE people END WHERE row = ?1",
	    RULES },
	[SQL_ITEM_FREEZE] = { "item.freeze",
	    "UPDATE items SET people = ?2 WHERE row = ?1", RULES },
	[SQL_ITEM_FROZEN] = { "item.frozen",
	    "SELECT people FROM items WHERE id = ? AND people IS NOT NULL" },
	[SQL_APPROVAL_ADD] = { "approval.add",
	    "INSERT INTO approvals(item, who, time, void, box) "
	    "VALUES(?, ?, ?, 0, ?)", RULES },
	[SQL_APPROVAL_VALID] = { "approval.valid",
	    "SELECT 1 FROM approvals WHERE item = ? AND who = ? "
	    "AND void = 0" },
	[SQL_APPROVAL_VOID] = { "approval.void",
	    "UPDATE approvals SET void = 1 WHERE item = ? AND void = 0",
	    RULES },
	[SQL_APPROVAL_COUNT] = { "approval.count",
	    "SELECT count(*) FROM approvals WHERE item = ? AND void = 0" },
	[SQL_APPROVAL_LIST] = { "approval.list",
	    "SELECT box FROM approvals WHERE item = ? AND void = 0 "
	    "ORDER BY row" },

	[SQL_ITEM_TEXT_PUT] = { "item_text.put",
	    "INSERT INTO item_texts(item, lang, wrap, text, box) "
	    "VALUES(?, ?, ?, ?, ?) ON CONFLICT(item, lang) DO UPDATE SET "
	    "wrap = excluded.wrap, text = excluded.text, "
	    "box = excluded.box", RULES },
	[SQL_ITEM_TEXT_LIST] = { "item_text.list",
	    "SELECT lang, wrap, text, box FROM item_texts WHERE item = ? "
	    "ORDER BY lang" },
	[SQL_RAISE_ADD] = { "raise.add",
	    "INSERT INTO raises(item, time, was, now, box) "
	    "VALUES(?, ?, ?, ?, ?)" },
	[SQL_RAISE_LIST] = { "raise.list",
	    "SELECT time, was, now, box FROM raises WHERE item = ? "
	    "ORDER BY row" },

	[SQL_CASE_TEXT_ADD] = { "case_text.add",
	    "INSERT INTO case_texts(case_row, kind, created, wrap, text, box) "
	    "VALUES(?, ?, ?, ?, ?, ?)" },
	[SQL_CASE_TEXT_GET] = { "case_text.get",
	    "SELECT " CASE_TEXT_COLUMNS " FROM case_texts WHERE row = ?" },
	[SQL_CASE_TEXT_LIST] = { "case_text.list",
	    "SELECT " CASE_TEXT_COLUMNS " FROM case_texts "
	    "WHERE case_row = ? AND kind = ? ORDER BY row" },
	[SQL_DAMAGE_WRAP_PUT] = { "damage_wrap.put",
	    "INSERT OR REPLACE INTO damage_wraps(case_row, pk, wrap) "
	    "VALUES(?, ?, ?)" },
	[SQL_DAMAGE_WRAP_GET] = { "damage_wrap.get",
	    "SELECT pk, wrap FROM damage_wraps WHERE case_row = ?" },

	[SQL_REQUEST_ADD] = { "request.add",
	    "INSERT INTO requests(case_row, kind, state, question, created, "
	    "answered, mail, assurance, scope, text, wording, box) "
	    "VALUES(?, ?, ?, ?, ?, 0, NULL, 0, ?, ?, ?, ?)" },
	[SQL_REQUEST_GET] = { "request.get",
	    "SELECT " REQUEST_COLUMNS " FROM requests WHERE row = ?" },
	[SQL_REQUEST_LIST] = { "request.list",
	    "SELECT " REQUEST_COLUMNS " FROM requests WHERE case_row = ? "
	    "ORDER BY row" },
	[SQL_REQUEST_SAME] = { "request.same",
	    "SELECT wording = ?2 FROM requests WHERE row = ?1" },
	[SQL_REQUEST_ANSWER] = { "request.answer",
	    "UPDATE requests SET state = ?2, answered = ?3, mail = ?4, "
	    "assurance = ?5 WHERE row = ?1", RULES },

	[SQL_DENY_ADD] = { "deny.add",
	    "INSERT INTO deny_words(case_row, word, time, box) "
	    "VALUES(?, ?, ?, ?)", RULES },
	[SQL_DENY_REMOVE] = { "deny.remove",
	    "UPDATE deny_words SET gone = ?3 WHERE case_row = ?1 "
	    "AND word = ?2 AND gone IS NULL", RULES },
	[SQL_DENY_LIST] = { "deny.list",
	    "SELECT row, case_row, time, box FROM deny_words "
	    "WHERE case_row = ? AND gone IS NULL ORDER BY row" },
	[SQL_DENY_OTHERS] = { "deny.others",
	    "SELECT row, case_row, time, box FROM deny_words "
	    "WHERE case_row <> ? AND gone IS NULL" },

	[SQL_RELEASE_ADD] = { "release.add",
	    "INSERT INTO releases(item, time, scope, box) "
	    "VALUES(?, ?, ?, ?)" },
	[SQL_RELEASE_LIST] = { "release.list",
	    "SELECT r.row, i.id, r.time, r.scope, r.box FROM releases r "
	    "JOIN items i ON i.row = r.item ORDER BY r.row" },
	[SQL_COOPERATION_ADD] = { "cooperation.add",
	    "INSERT INTO cooperations(digest, box) VALUES(?, ?)" },
	[SQL_COOPERATION_GET] = { "cooperation.get",
	    "SELECT box FROM cooperations WHERE digest = ?" },

	/* Each part only grows. */
	[SQL_DENY_EPOCH] = { "deny.epoch",
	    "SELECT coalesce((SELECT max(row) FROM deny_words), 0) "
	    "+ coalesce((SELECT max(row) FROM merges), 0) "
	    "+ coalesce((SELECT max(time) FROM parties), 0)" },
	[SQL_MERGE_ADD] = { "merge.add",
	    "INSERT INTO merges(case_row, into_row, time, box) "
	    "VALUES(?, ?, ?, ?)", RULES },
	[SQL_MERGE_LIST] = { "merge.list",
	    "SELECT case_row, into_row FROM merges m WHERE row = "
	    "(SELECT max(row) FROM merges WHERE case_row = m.case_row)" },

	[SQL_NOTICE_ADD] = { "notice.add",
	    "INSERT INTO notices(copy, box) VALUES(?, ?)" },
	[SQL_NOTICE_GET] = { "notice.get",
	    "SELECT box FROM notices WHERE copy = ?" },

	[SQL_PARTIES_PUT] = { "parties.put",
	    "INSERT INTO parties(case_row, time, box) VALUES(?, ?, ?) "
	    "ON CONFLICT(case_row) DO UPDATE SET time = excluded.time, "
	    "box = excluded.box", RULES },
	[SQL_PARTIES_GET] = { "parties.get",
	    "SELECT time, box FROM parties WHERE case_row = ?" },

	[SQL_COPY_ADD] = { "copy.add",
	    "INSERT INTO copies(created, next_try, sent, state, encrypted, "
	    "case_row, digest, question, terms_version, tries, copy_hash, "
	    "person, box, status, send_after) "
	    "VALUES(?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)" },
	[SQL_COPY_GET] = { "copy.get",
	    "SELECT " COPY_COLUMNS " FROM copies WHERE row = ?" },
	[SQL_COPY_BY_HASH] = { "copy.by_hash",
	    "SELECT " COPY_COLUMNS " FROM copies WHERE copy_hash = ? "
	    "AND state IN (1, 2) ORDER BY state DESC LIMIT 1" },
	[SQL_COPY_STATUS_GET] = { "copy.status_get",
	    "SELECT state, tries, next_try, status FROM copies "
	    "WHERE row = ?" },
	[SQL_COPY_STATUS_SET] = { "copy.status_set",
	    "UPDATE copies SET state = ?3, tries = ?4, next_try = ?5, "
	    "status = ?6 WHERE row = ?1 AND state = ?2" },
	[SQL_COPY_SEALED] = { "copy.sealed",
	    "UPDATE copies SET state = ?3, status = ?4, copy_hash = ?5, "
	    "edition = ?6, next_try = send_after "
	    "WHERE row = ?1 AND state = ?2" },
	[SQL_COPY_SENT] = { "copy.sent",
	    "UPDATE copies SET state = ?3, status = ?4, sent = ?5, "
	    "next_try = NULL WHERE row = ?1 AND state = ?2" },
	/* Of all that waits. */
	[SQL_COPY_SET_ASIDE] = { "copy.set_aside",
	    "UPDATE copies SET state = ?2, next_try = ?3 "
	    "WHERE row = ?1 AND next_try IS NOT NULL" },
	[SQL_COPY_LEFT] = { "copy.left",
	    "UPDATE copies SET sent = ?2 WHERE row = ?1" },
	/* 4 and 7: HELD and BOUNCED (COPY_*). */
	[SQL_COPY_AGAIN] = { "copy.again",
	    "UPDATE copies SET state = 1, status = ?2, next_try = 0 "
	    "WHERE row = ?1 AND state IN (4, 7) AND encrypted = 0 "
	    "AND row IN (SELECT copy FROM copy_message)" },
	[SQL_RETURN_ADD] = { "return.add",
	    "INSERT INTO returns(copy, sent, person, time, fate, box) "
	    "VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING" },
	[SQL_RETURN_LIST] = { "return.list",
	    "SELECT time, fate, box FROM returns WHERE copy = ? "
	    "ORDER BY row" },
	/* Since the newest stop ended: what was mended does not count. */
	[SQL_RETURN_LATE] = { "return.late",
	    "SELECT count(DISTINCT copy) FROM returns WHERE person = ?1 "
	    "AND copy <> ?2 AND time >= max(?3, coalesce((SELECT "
	    "max(ended) FROM stops WHERE person = ?1), 0))" },
	[SQL_STOP_ADD] = { "stop.add",
	    "INSERT INTO stops(person, since, box) VALUES(?, ?, ?)",
	    RULES },
	[SQL_STOP_GET] = { "stop.get",
	    "SELECT row, since, box FROM stops WHERE person = ? "
	    "AND ended IS NULL" },
	[SQL_STOP_LIST] = { "stop.list",
	    "SELECT row, since, box FROM stops WHERE ended IS NULL "
	    "ORDER BY since, row" },
	[SQL_STOP_END] = { "stop.end",
	    "UPDATE stops SET ended = ?2 WHERE row = ?1 AND ended IS NULL" },
	[SQL_COPY_MESSAGE_ADD] = { "copy.message_add",
	    "INSERT INTO copy_message(copy, box) VALUES(?, ?)" },
	[SQL_COPY_MESSAGE_GET] = { "copy.message_get",
	    "SELECT box FROM copy_message WHERE copy = ?" },
	[SQL_COPY_MESSAGE_DROP] = { "copy.message_drop",
	    "DELETE FROM copy_message WHERE copy = ?" },
	[SQL_COPY_DUE] = { "copy.due",
	    "SELECT row FROM copies WHERE state = ? AND next_try <= ? "
	    "ORDER BY next_try, row LIMIT ?" },
	[SQL_COPY_NEXT] = { "copy.next",
	    "SELECT next_try FROM copies WHERE state = ? AND next_try > ? "
	    "ORDER BY next_try LIMIT 1" },
	[SQL_COPY_FROM_AHEAD] = { "copy.from_ahead",
	    "UPDATE copies SET next_try = min(next_try, ?1), "
	    "send_after = min(send_after, ?1) "
	    "WHERE state IN (0, 1) AND next_try > ?2" },
	[SQL_COPY_LIST] = { "copy.list",
	    "SELECT " COPY_COLUMNS " FROM copies ORDER BY row DESC LIMIT ?" },
	[SQL_COPY_LIST_STATE] = { "copy.list_state",
	    "SELECT " COPY_COLUMNS " FROM copies WHERE state = ? "
	    "ORDER BY row DESC LIMIT ?" },
	[SQL_COPY_LIST_DIGEST] = { "copy.list_digest",
	    "SELECT " COPY_COLUMNS " FROM copies WHERE digest = ?2 "
	    "AND (?1 < 0 OR +state = ?1) ORDER BY row DESC LIMIT ?3" },
	[SQL_COPY_LIST_CASE] = { "copy.list_case",
	    "SELECT " COPY_COLUMNS " FROM copies WHERE case_row = ?2 "
	    "AND (?1 < 0 OR +state = ?1) ORDER BY row DESC LIMIT ?3" },
	[SQL_COPY_LIST_BOTH] = { "copy.list_both",
	    "SELECT " COPY_COLUMNS " FROM copies WHERE +digest = ?2 "
	    "AND case_row = ?3 AND (?1 < 0 OR +state = ?1) "
	    "ORDER BY row DESC LIMIT ?4" },

	/* A copy made before the column was there has NULL in it. */
	[SQL_COPY_LIST_PERSON] = { "copy.list_person",
	    "SELECT " COPY_COLUMNS " FROM copies WHERE person = ?1 "
	    "OR person IS NULL ORDER BY row DESC" },
	[SQL_COPY_LIST_OWN] = { "copy.list_own",
	    "SELECT " COPY_COLUMNS " FROM copies WHERE person = ?1 "
	    "ORDER BY row DESC" },

	[SQL_DIGEST_ADD] = { "digest.add",
	    "INSERT INTO digests(created, box) VALUES(?, ?)" },
	[SQL_DIGEST_GET] = { "digest.get",
	    "SELECT row, created, box FROM digests WHERE row = ?" },
	[SQL_DIGEST_LIST] = { "digest.list",
	    "SELECT row, created, box FROM digests ORDER BY row DESC" },

	[SQL_AUTO_ADD] = { "auto.add",
	    "INSERT INTO auto(time, kind, address, domain) "
	    "VALUES(?, ?, ?, ?)" },
	[SQL_AUTO_DROP] = { "auto.drop", "DELETE FROM auto WHERE time < ?" },
	/* Counting stops where no policy can tell the difference. */
	[SQL_AUTO_ADDRESS] = { "auto.address",
	    "SELECT count(*) FROM (SELECT 1 FROM auto WHERE kind = ? "
	    "AND address = ? AND time > ? LIMIT ?)" },
	[SQL_AUTO_DOMAIN] = { "auto.domain",
	    "SELECT count(*) FROM (SELECT 1 FROM auto WHERE kind = ? "
	    "AND domain = ? AND time > ? LIMIT ?)" },
	[SQL_AUTO_ALL] = { "auto.all",
	    "SELECT count(*) FROM (SELECT 1 FROM auto WHERE kind = ? "
	    "AND time > ? LIMIT ?)" },

	[SQL_AUDIT_ADD] = { "audit.add",
	    "INSERT INTO audit(seq, time, object, hash, box) "
	    "VALUES(?, ?, ?, ?, ?)" },
	[SQL_AUDIT_LAST] = { "audit.last",
	    "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1" },
	[SQL_AUDIT_LIST] = { "audit.list",
	    "SELECT " AUDIT_COLUMNS " FROM audit ORDER BY seq DESC LIMIT ?" },
	[SQL_AUDIT_LIST_OBJECT] = { "audit.list_object",
	    "SELECT " AUDIT_COLUMNS " FROM audit WHERE object = ? "
	    "ORDER BY seq DESC LIMIT ?" },
	[SQL_AUDIT_WALK] = { "audit.walk",
	    "SELECT " AUDIT_COLUMNS " FROM audit ORDER BY seq" },

	[SQL_ANSWER_ADD] = { "answer.add",
	    "INSERT INTO answers(item, person, time, mail, box) "
	    "VALUES(?, ?, ?, ?, ?)" },
	[SQL_ANSWER_LIST] = { "answer.list",
	    "SELECT time, mail, box FROM answers WHERE row IN "
	    "(SELECT max(row) FROM answers WHERE item = ? GROUP BY person) "
	    "ORDER BY row" },
	[SQL_ARCHIVE_ADD] = { "archive.add",
	    "INSERT INTO archives(address, time, case_row) VALUES(?, ?, ?)" },
	[SQL_ARCHIVE_DROP] = { "archive.drop",
	    "DELETE FROM archives WHERE time < ?" },
	[SQL_ARCHIVE_FIND] = { "archive.find",
	    "SELECT case_row FROM archives WHERE address = ? AND time >= ? "
	    "ORDER BY time DESC, row DESC LIMIT 1" },
};
