#pragma once
#include <libpq-fe.h>

/* The fields of an error are macros of character literals, which Swift does not import. */
static const int dcm_PG_DIAG_SEVERITY = PG_DIAG_SEVERITY_NONLOCALIZED;
static const int dcm_PG_DIAG_SQLSTATE = PG_DIAG_SQLSTATE;
static const int dcm_PG_DIAG_MESSAGE_PRIMARY = PG_DIAG_MESSAGE_PRIMARY;
static const int dcm_PG_DIAG_MESSAGE_DETAIL = PG_DIAG_MESSAGE_DETAIL;
