#pragma once
#include <zlib.h>

/* deflateInit2 and inflateInit2 are macros that pass the header's version; Swift cannot call macros. */
static inline int dcm_deflateInit2(z_streamp stream, int level, int windowBits, int memoryLevel) {
    return deflateInit2(stream, level, Z_DEFLATED, windowBits, memoryLevel, Z_DEFAULT_STRATEGY);
}

static inline int dcm_inflateInit2(z_streamp stream, int windowBits) {
    return inflateInit2(stream, windowBits);
}
