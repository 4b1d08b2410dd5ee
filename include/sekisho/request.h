/*
 * Questions to an originator about terms in force: wider terms
 * (T-09), or an exception of the matrix in exact wording (T-10). What an answer
 * to one does is decided in src/council/decide_request.c.
 */
#pragma once

enum request_kind { REQUEST_WIDEN, REQUEST_EXCEPTION };
enum request_state {
	REQUEST_OPEN, REQUEST_AGREED, REQUEST_DECLINED,
	REQUEST_CLOSED		/* by an operator, or a newer question */
};
