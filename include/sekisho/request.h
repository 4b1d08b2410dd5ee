/*
 * Questions to an originator about terms in force: a wider
 * scope for one item in its wording (T-09), an exception of the matrix in exact
 * wording (T-10), more of it secret (T-07). What an answer
 * to one does is decided in src/council/decide_request.c.
 */
#pragma once

enum request_kind { REQUEST_WIDEN, REQUEST_EXCEPTION, REQUEST_SECRECY };
enum request_state {
	REQUEST_OPEN, REQUEST_AGREED, REQUEST_DECLINED,
	REQUEST_CLOSED		/* by an operator, or a newer question */
};
