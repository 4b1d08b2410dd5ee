/*
 * Every limit in one place, each with its reason. A test stands beside each.
 */
#pragma once

/* --- LMTP (RFC 2033, RFC 5321 4.5.3) --- */
#define LIMIT_LMTP_COMMAND 2048		/* command line: ESMTP parameters and a 254-octet address fit many times */
#define LIMIT_LMTP_ADDRESS 254		/* RFC 5321 4.5.3.1.3: a path of 256 with its brackets */
#define LIMIT_LMTP_RCPTS 100		/* RFC 5321 asks for at least 100; we have a handful of desks */
#define LIMIT_LMTP_BAD_COMMANDS 20	/* after these the peer is no Postfix */
#define LIMIT_LMTP_SESSIONS 200		/* Postfix's default process limit is 100 */
#define LIMIT_LMTP_IDLE_SECONDS 300	/* RFC 5321 4.5.3.2.7 */
#define LIMIT_MESSAGE_MAX (64UL * 1024 * 1024) /* the largest max_message_bytes a configuration may set: the reader's address space holds it twice */

/* --- custody --- */
#define LIMIT_SMALL_MAIL (256 * 1024)	/* kept in memory for the reader; above: sealed spool file */
#define LIMIT_SMALL_TOTAL (32UL * 1024 * 1024) /* all small mails in memory together */
#define LIMIT_SEAL_CHUNK (64 * 1024)	/* secretstream chunk: flat memory, 17 bytes cost each */
#define LIMIT_READ_TRIES 2		/* the third try files the mail as unreadable unread */
#define LIMIT_INTAKE_JOBS 1024	/* mails begun: with those that wait for a keyd (a file of LIMIT_SMALL_MAIL each at most) or for their turn; beyond them nobody's is read */
#define LIMIT_MAIL_SECONDS 60	/* of readers and keyds for all layers of one mail: no further step after it, and no step takes longer */
#define LIMIT_COPY_RETRY_SECONDS 3600	/* the longest pause between two tries of a copy: a relay that is back is served within the hour */
#define LIMIT_CLOCK_BACK 300		/* a clock set back by less tells nothing: what was made since is no copy of another day */
#define LIMIT_SIGNED_SKEW 300	/* a signer's clock against ours: what is set by the network is within seconds, by hand within minutes */
#define LIMIT_SIGNED_SECONDS (7 * 86400) /* from signing to arrival where no token ties it to a question: mail servers try for five days */
#define LIMIT_REPEAT_SECONDS (14 * 86400) /* a repeat of the same content is recognised so long */

/* --- prescan: before every libetpan call (standards.md B2) --- */
#define LIMIT_LINE (1024 * 1024)	/* RFC 5322 allows 998 bytes; HTML and base64 in one line are met, up to hundreds of KiB */
#define LIMIT_HEADER_COUNT 1000		/* Received chains and DKIM sets stay below 200 */
#define LIMIT_HEADER_BYTES (512 * 1024)	/* one header block; Postfix cuts one field at 100 KiB */
#define LIMIT_HEADER_FIELD (128 * 1024)	/* one field with its folds */
#define LIMIT_MIME_DEPTH 20		/* libetpan recurses: 700 levels overflow a 256 KiB stack */
#define LIMIT_MIME_PARTS 500		/* people attach tens */
#define LIMIT_COMMENT_DEPTH 16		/* libetpan recurses per "(" */
#define LIMIT_BOUNDARY 70		/* RFC 2046 5.1.1 */
#define LIMIT_MIME_PARAMS 200		/* parameters in one field: RFC 2231 continuations of a 2 KB name */

/* --- facts --- */
#define LIMIT_TEXT (2 * 1024 * 1024)	/* UTF-8 text taken over from one mail */
#define LIMIT_OUTSIDE (16 * 1024)	/* words beside an encrypted text: a greeting, a footer */
#define LIMIT_NAME 512			/* a file name or display name, bytes of UTF-8 */
#define LIMIT_SUBJECT 1024		/* bytes of UTF-8 */
#define LIMIT_ADDRESSES 100		/* To and Cc together */
#define LIMIT_REFERENCES 50		/* Message-IDs in In-Reply-To and References */
#define LIMIT_AUTHRES 16		/* Authentication-Results fields above and below */
#define LIMIT_FREE_TEXT 4000		/* 1-B, 2-X, 3-E in the originator's words, bytes */
#define LIMIT_INDICATORS 500		/* of one mail: a long list belongs into a file */
#define LIMIT_INDICATOR 2048		/* bytes of one: item add takes no more */
#define LIMIT_DETAILS 100		/* filled lines of the field list, thirteen kinds */
#define LIMIT_DETAIL 1000		/* bytes of one: a list of times, a paragraph */
#define LIMIT_PASSAGES 2000		/* runs of paragraphs; what is beyond is damage part */
#define LIMIT_RETURNED 4		/* ids and addresses taken from a bounce's returned head */
#define LIMIT_BOUNCE_TEXT (64 * 1024)	/* of a bounce that are looked through; what counts stands at its top */
#define LIMIT_HTML (8 * 1024 * 1024)	/* cleaned HTML given to libxml2, whose own bound is 10 MB */
#define LIMIT_HTML_DEPTH 512		/* open elements: libxml2 searches them at each end tag; long threads reach 150 */
#define LIMIT_KEYS_PER_MAIL 4		/* attached keys proposed */
#define LIMIT_KEY_PROPOSALS 8		/* of one owner, from mails: a forger must not fill an operator's list */
#define LIMIT_KEY_HEARD_SECONDS (30 * 86400) /* a key that could not be taken is listed: who answered a warning is asked again well before the end */
#define LIMIT_KEYS_NAMED 64		/* keys named of one file: a whole ring of LIMIT_KEY_BYTES has fewer */
#define LIMIT_KEY_BYTES (64 * 1024)	/* one armoured key: no key flooding */
#define LIMIT_LAYERS 3			/* encrypted in encrypted: people do two */
#define LIMIT_FACTS (8UL * 1024 * 1024)	/* encoded facts of one mail */

/* --- reader --- */
#define LIMIT_READER_SECONDS 30		/* wall time for one mail; 25 MiB take 0.3 s */
#define LIMIT_READER_CPU 20		/* processor seconds left to each mail; RLIMIT_CPU of the process is twice that */
#define LIMIT_READER_MEMORY (512UL * 1024 * 1024) /* RLIMIT_AS: 25 MiB need 128 */
#define LIMIT_READER_MAILS 200		/* then a fresh process */
#define LIMIT_READER_KEEP (1024 * 1024)	/* after a larger mail a fresh process: it gives the memory back, and starts in 4 ms */
#define LIMIT_HELPERS 64			/* readers or keyds: more than a machine of this use has cores */

/* --- keyd --- */
#define LIMIT_KEYD_SECONDS 60		/* one operation; gpg on 25 MiB takes 1 s */
#define LIMIT_KEYD_GRACE_SECONDS 15	/* more for keyd to end a gpg and an agent that hang, and say so, before it is killed itself: 4 in an operation, 10 in a start */
#define LIMIT_KEYD_GREETING_SECONDS 10	/* gpg-agent starts within 1 s */
#define LIMIT_KEYD_ROUNDS 3	/* of two keyds each that die with one mail, some time apart: then it is the mail */
#define LIMIT_KEYD_AWAY_SECONDS 300	/* that mail waits for a keyd before the secretariat is told: a restart of it, or of the machine, takes less */
#define LIMIT_PLAINTEXT (64UL * 1024 * 1024) /* decrypted bytes: 916 bytes can inflate to 300 MB */
#define LIMIT_PLAINTEXT_RATIO 100	/* times the ciphertext, above 1 MiB */
#define LIMIT_PGP_RECIPIENTS 100 /* of one message: gpg tries each that may be us, at 25 ms; people write to a few */
#define LIMIT_ANSWER_MARK 2	/* answers to what came encrypted leave at every second second, two to four after it: opening takes 0.01 s, of 25 MiB one (no oracle by time, B1) */
#define LIMIT_DECRYPT_FAILURES 20	/* of one sender a day; the next waits for an operator unopened: a mistaken person stops earlier, an oracle needs thousands */
#define LIMIT_DECRYPT_FAILURES_DOMAIN 100 /* of one authenticated domain a day: its owner makes addresses at will; a large organisation's people err a few times each */
#define LIMIT_DECRYPT_FAILURES_KNOWN 200 /* of one address a day that nothing authenticates: with tokens of ours, or where its key is pinned; its name on others' mails must not shut it out, and an oracle needs thousands */
#define LIMIT_KEYD_OPENS_PER_MINUTE 6000 /* vault openings; above: stop and alarm */
#define LIMIT_OWN_KEYS 16		/* of the council in one scheme, retired ones too: changed yearly they last for the archive's ten years and more */
#define LIMIT_HOME_PATH 86		/* GnuPG's socket paths end there */
#define LIMIT_SOCKET_PATH 107		/* sun_path */

/* --- wire --- */
#define LIMIT_WIRE_MESSAGE (160 * 1024)	/* one SOCK_SEQPACKET message; larger content travels as a descriptor */
#define LIMIT_WIRE_FIELDS (LIMIT_WIRE_MESSAGE - 64) /* the fields of one: the head has its room */
#define LIMIT_WIRE_FDS 4
#define LIMIT_CONNECT_SECONDS 10		/* until a program of ours takes a connection */
#define LIMIT_KEY_SUBKEYS 64		/* in one key block; people have five */
#define LIMIT_KEY_ADDRESSES 64		/* in one key's user ids */
#define LIMIT_KEY_BITS 8192		/* of a number in a key that is sent: gpg makes 4096, and 8192 where asked twice */
#define LIMIT_KEY_EXPONENT 32		/* bits of RSA's public one: programs write 65537, some 3, 17 or 41; at 16,384 bits one check takes 3 s */
#define LIMIT_DSA_BITS 4096		/* FIPS 186-4 ends at 3072 */
#define LIMIT_DSA_ORDER 256		/* bits of DSA's q, likewise: it is the exponent */
#define LIMIT_KEY_SIGNATURES 256	/* in one file; LIMIT_KEY_BYTES of the smallest are 400, and each may be checked several times */
#define LIMIT_INSPECT_SECONDS 20	/* for a key that was sent: one with all of the above takes 5, people's 0.2 */
#define LIMIT_JSON_DEPTH 32		/* our documents nest five deep; the parser recurses */

/* --- outgoing --- */
#define LIMIT_OUT_LINE 76		/* body lines: reach a milter unchanged */
#define LIMIT_OUT_HEADER 998		/* any line, headers too: RFC 5322 2.1.1 */
#define LIMIT_OUT_MESSAGE (32UL * 1024 * 1024)
#define LIMIT_RELAY_CONNECTIONS 16
#define LIMIT_RELAY_OWN_REFUSALS 5	/* at MAIL, each while others passed: by
					 * back-off a quarter of an hour, and no
					 * one bad host of several behind a name */
#define LIMIT_COURIER_SECONDS 300	/* one hand-over, with Postfix's milters at the final dot */

#define LIMIT_WKD_SECONDS 10		/* one request for a key, name and TLS with it; a person waits for two of them */

/* --- milter --- */
#define LIMIT_QUEUE_ID 32		/* Postfix's long ones have 15 characters */
#define LIMIT_GUARD_PEERS 256		/* questions at once: one per smtpd and pickup, whose default limit is 100 */
#define LIMIT_GUARD_SECONDS 10		/* for an answer; sekishod takes microseconds, a turn of its loop 20 ms */
#define LIMIT_GUARD_ALARM_SECONDS 3600	/* between two alarms of one kind; the next one has the count */
#define LIMIT_MILTER_RECEIVED 50	/* hops: Postfix's own hopcount_limit */
#define LIMIT_MILTER_FORGED 64		/* different names of fields of ours in one mail; we write none */
#define LIMIT_MILTER_INTAKE_SECONDS 60	/* for one LMTP reply; Postfix gives a milter 300 s */

/* --- store --- */
#define LIMIT_STORE_VALUE (40 * 1024 * 1024) /* one value: a boxed copy of LIMIT_OUT_MESSAGE, facts of LIMIT_FACTS */
#define LIMIT_STORE_SCRATCH (64 * 1024)	/* a larger record gives its buffer back, and is not wiped again for each small one */
#define LIMIT_STORE_LIST 20000		/* strings in one record: a frozen list of 10,000 people */
#define LIMIT_STORE_BUSY_MS 500		/* wait for a daemon that is just ending; nobody else writes */
#define LIMIT_STORE_META (256 * 1024)	/* a small named value; the council's keys, as keyd told them, are the largest */
#define LIMIT_AUTO_COUNT 1000		/* counting automatic mail stops here: no policy allows so many an hour */
#define LIMIT_PASSWORD_SECONDS (3 * 86400) /* a password mail follows within minutes; over a weekend, within three days */
#define LIMIT_AUTO_SECONDS (2 * 86400)	/* automatic mail is remembered so long */

/* --- control socket --- */
#define LIMIT_CONTROL_REQUEST (128 * 1024) /* one request in JSON; files travel as descriptors */
#define LIMIT_CONTROL_FILE LIMIT_ROSTER_FILE /* the one file of a request; a verb may allow less */
#define LIMIT_CONTROL_SECONDS 20	/* for a client to ask; its answer waits in the socket */
#define LIMIT_CONTROL_REPLY (64UL * 1024 * 1024) /* case list of a large council */
#define LIMIT_CONTROL_CLIENTS 64
#define LIMIT_DIGEST_ITEMS 26		/* lettered A to Z in the answers; more wait for the next digest */
#define LIMIT_ITEM_TEXT (128 * 1024)
#define LIMIT_ITEM_TITLE 200
#define LIMIT_ROSTER_FILE (4 * 1024 * 1024)
#define LIMIT_ROSTER_ID 40		/* identifier of an organisation or person: typed by people, stands in tables */
#define LIMIT_CONFIG_FILE (1024 * 1024)
#define LIMIT_CA_FILE (4 * 1024 * 1024)	/* relay.ca, wkd.ca; every authority of Debian takes 0.2 MiB */
#define LIMIT_TEMPLATE_FILE (64 * 1024)
#define LIMIT_TEMPLATE_DEPTH 8		/* sections and blocks within each other; ours use 4 */
