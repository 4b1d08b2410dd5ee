/*
 * The gate's clauses in words: for preview, why and the ledger. A sentence says
 * what keeps the item back, never what is in it.
 */
#include <sekisho/gate.h>

#include <string.h>

static const struct {
	const char *word, *rule, *en, *ja;
} clauses[GATE_LAST] = {
	[GATE_YES] = { "yes", "I1",
	    "Nothing stands against it.",
	    "送付を妨げる事情はありません。" },
	[GATE_MEMBER_INACTIVE] = { "member-inactive", "R-013",
	    "The organisation is not an active member now.",
	    "この組織は現在、有効な構成員ではありません。" },
	[GATE_PERSON_INACTIVE] = { "person-inactive", "R-112",
	    "The person is no longer registered for this organisation.",
	    "この方は現在、この組織の登録者ではありません。" },
	[GATE_GOV_SECRETARIAT] = { "gov-secretariat", "R-003",
	    "The government secretariat has no access to the content of "
	    "cases.",
	    "政府側の事務局は、事案の内容に触れることができません。" },
	[GATE_TERMS_MISSING] = { "terms-missing", "R-059",
	    "The originator has not yet confirmed secrecy, scope and outside "
	    "action.",
	    "秘密の指定、共有範囲、外部との調整について、情報提供者の確認が"
	    "済んでいません。" },
	[GATE_TERMS_WITHDRAWN] = { "terms-withdrawn", "R-069",
	    "The originator has withdrawn what was provided.",
	    "情報提供者が提供を取りやめました。" },
	[GATE_EXCLUSION_UNMAPPED] = { "exclusion-unmapped", "I1",
	    "The originator named somebody who must not receive it, and "
	    "nobody has yet recorded which organisations are meant.",
	    "情報提供者が共有を望まない相手を挙げていますが、どの組織を"
	    "指すのかがまだ登録されていません。" },
	[GATE_EXCLUDED] = { "excluded", "R-065",
	    "The originator left this organisation out of the scope.",
	    "情報提供者が、この組織を共有範囲から除いています。" },
	[GATE_AUDIENCE_EMPTY] = { "audience-empty", "R-063",
	    "The item stays with the secretariat.",
	    "この情報は事務局限りです。" },
	[GATE_CLASS] = { "class", "R-034",
	    "The item's audience does not include this class of member.",
	    "この情報の共有範囲に、この区分の構成員は含まれません。" },
	[GATE_FOREIGN] = { "foreign-capital", "R-024",
	    "A foreign-capital body receives task force items only with a "
	    "special approval.",
	    "外資系法人がタスクフォースの情報を受け取るには、特別の承認が"
	    "必要です。" },
	[GATE_ACCOUNT_NO] = { "account-no", "R-110",
	    "The person is authorised but registered without an account: "
	    "authorised, not addressed.",
	    "この方は取扱いを認められていますが、アカウントを登録していない"
	    "ため、宛先にはなりません。" },
	[GATE_NOT_HANDLER] = { "not-handler", "R-106",
	    "Secret and TLP:RED items go to registered handlers only.",
	    "秘密の情報とTLP:REDの情報は、登録された事務従事者だけに送られ"
	    "ます。" },
	[GATE_RECEIVE_SECRET] = { "receive-secret-off", "R-098",
	    "The organisation has chosen not to receive secrets.",
	    "この組織は、秘密の情報を受け取らない設定にしています。" },
	[GATE_NOT_ACKNOWLEDGED] = { "not-acknowledged", "R-118",
	    "The person has not yet confirmed that the environment for "
	    "secrets is ready.",
	    "秘密の情報を扱う環境が整ったことを、この方からまだ伺っていま"
	    "せん。" },
	[GATE_LIST_ADDRESS] = { "list-address", "R-109",
	    "The address is not a personal one, so it is unknown who reads "
	    "it.",
	    "個人のアドレスではなく、誰が読むのかを確かめられません。" },
	[GATE_NO_KEY] = { "no-key", "R-119",
	    "No key of this person is on record; the copy is held.",
	    "この方の鍵が登録されていないため、送付を保留します。" },
	[GATE_KEY_UNUSABLE] = { "key-unusable", "R-119",
	    "The person's key cannot be used now; the copy is held.",
	    "この方の鍵が現在使えないため、送付を保留します。" },
	[GATE_ITEM_STATE] = { "item-state", "R-094",
	    "The item is a draft or has been withdrawn.",
	    "この情報は下書きであるか、取り下げられています。" },
	[GATE_APPROVALS] = { "approvals-missing", "R-094",
	    "Approvals are missing or no longer valid.",
	    "必要な承認がそろっていないか、無効になっています。" },
	[GATE_NOT_FROZEN] = { "not-on-approved-list", "L12",
	    "The person was not on the list when the item was approved.",
	    "承認したときの送付先の一覧に、この方は含まれていません。" },
	[GATE_DENY_LIST] = { "deny-list", "R-075",
	    "The text holds something that points to the originator or a "
	    "victim.",
	    "情報提供者や被害組織を示す語が含まれています。" },
	[GATE_STATEMENT] = { "statement", "R-061",
	    "What the item says of its secrecy, label or onward sharing does "
	    "not fit the sharing matrix or the originator's terms.",
	    "この情報に付けた秘密の別、TLP、再共有の範囲が、共有基準または"
	    "情報提供者の条件と合っていません。" },
};

static enum gate_clause
known(enum gate_clause c)
{
	/* An unknown clause is told as one that says no. */
	return (unsigned)c < GATE_LAST ? c : GATE_TERMS_MISSING;
}

const char *
gate_rule(enum gate_clause c)
{
	return clauses[known(c)].rule;
}

const char *
gate_word(enum gate_clause c)
{
	return clauses[known(c)].word;
}

const char *
gate_sentence(enum gate_clause c, const char *lang)
{
	if (lang && strcmp(lang, "ja") == 0)
		return clauses[known(c)].ja;
	return clauses[known(c)].en;
}
