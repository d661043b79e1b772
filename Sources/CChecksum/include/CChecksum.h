#pragma once
#include <stddef.h>
#include <stdint.h>

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4) of `length` bytes, continued from `crc` (0 to begin).
/// Uses the processor's instruction where there is one, else a table; both give the same value.
uint32_t checksum_crc32c(uint32_t crc, const void *bytes, size_t length);
